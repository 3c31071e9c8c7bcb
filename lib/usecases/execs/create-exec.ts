import type { ExecRequest, ExecResponse } from "../../contract/execs.ts";
import type { DevboxRow } from "../../db/devboxes.ts";
import { deleteExec, findExecRow, insertExec } from "../../db/execs.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { type ExecInput, type ExecRecord, execsPerBoxMax } from "../../domain/exec.ts";
import { instanceName, newId } from "../../domain/ids.ts";
import type { ExecDeps } from "../deps.ts";
import { getEnterableDevbox } from "../devboxes/running-devbox.ts";
import { startDetached } from "./detached-execs.ts";
import { toExecResponse } from "./exec-response.ts";

type CreateInput = { params: { id: string }; body: ExecRequest };
/** `credentialIds`: what the request showed; revoking one ends the exec. */
type CreateMade = {
	newId?: string;
	isFresh?: boolean;
	credentialIds?: readonly string[];
	/** Looked up already, or being looked up. */
	box?: Promise<DevboxRow>;
};

export async function createExec(
	deps: ExecDeps,
	actor: Actor,
	input: CreateInput,
	made: CreateMade = {},
): Promise<ExecResponse> {
	return toExecResponse(await startExec(deps, actor, input, made));
}

/** Writes the row, then starts the process, in this order: what runs is known. One that is there under `newId` is the answer. */
export async function startExec(
	deps: ExecDeps,
	actor: Actor,
	input: CreateInput,
	made: CreateMade,
): Promise<ExecRecord> {
	const { body, params } = input;
	if (made.newId && !made.isFresh) {
		const there = await findExecRow(deps.db, actor, { devboxId: params.id, execId: made.newId });
		if (there) return deps.execs.find(there.id) ?? there;
	}
	const { hostId } = await (made.box ?? getEnterableDevbox(deps, actor, params.id));
	const record = newRecord(deps, actor, input, made);
	const start = { deps, record, input: toExecInput(body), hostId: hostId ?? "" };
	return body.detach ? startInBox(start) : startHere(start);
}

type Start = { deps: ExecDeps; record: ExecRecord; input: ExecInput; hostId: string };

/** The way in is opened while the row is written. */
async function startHere({ deps, record, input, hostId }: Start): Promise<ExecRecord> {
	const { devboxId, boxUser: user } = record;
	const [row, way] = await Promise.allSettled([
		insertRow(deps, record),
		deps.execs.prepare({ hostId, devboxId, user }),
	]);
	if (row.status === "fulfilled" && way.status === "fulfilled") {
		way.value.start({ record, input });
		return record;
	}
	if (way.status === "fulfilled") way.value.drop();
	if (row.status === "rejected") throw row.reason;
	await deleteExec(deps.db, record.id);
	throw (way as PromiseRejectedResult).reason;
}

async function startInBox({ deps, record, input, hostId }: Start): Promise<ExecRecord> {
	await insertRow(deps, record);
	try {
		const instance = instanceName(record.devboxId);
		const link = await deps.linksOf(hostId).get({ instance, user: record.boxUser });
		record.processGroup = await startDetached(deps.db, link, { record, input });
		return record;
	} catch (error) {
		await deleteExec(deps.db, record.id);
		throw error;
	}
}

async function insertRow({ db }: ExecDeps, record: ExecRecord): Promise<void> {
	const inserted = await insertExec(db, record);
	if (inserted === "made") return;
	if (inserted === "there")
		throw new AppError({ code: "conflict", message: "This request is being answered already. Try again in a moment." });
	throw new AppError({
		code: "rate_limited",
		message: `This devbox runs ${execsPerBoxMax} execs, which is the most at a time. Cancel one, or wait for one to end.`,
		retryAfterSeconds: 1,
	});
}

function newRecord({ execs }: ExecDeps, actor: Actor, { params, body }: CreateInput, made: CreateMade): ExecRecord {
	return {
		id: made.newId ?? newId("exec"),
		devboxId: params.id,
		userId: actor.userId,
		mode: body.detach ? "detached" : "attached",
		argv: body.argv ?? null,
		script: body.script ?? null,
		cwd: body.cwd ?? null,
		boxUser: body.user,
		tty: body.tty,
		timeoutMs: body.timeout_ms ?? null,
		status: "running",
		exitCode: null,
		signal: null,
		reason: null,
		gatewayId: body.detach ? null : execs.gatewayId,
		processGroup: null,
		credentialIds: [...(made.credentialIds ?? [actor.credentialId])],
		stdoutBytes: 0,
		stderrBytes: 0,
		isStdoutTruncated: false,
		isStderrTruncated: false,
		createdAt: new Date(),
		finishedAt: null,
	};
}

function toExecInput(body: ExecRequest): ExecInput {
	return {
		env: body.env ?? {},
		stdin: body.stdin ?? null,
		isStdinOpen: body.stdin_open || body.tty,
		pty: body.tty ? { cols: body.cols, rows: body.rows } : null,
		lingerMs: body.linger_ms,
	};
}
