/** The operations of execs that carry plain bytes: writing to one's input, downloading what one has written. */
import { Readable } from "node:stream";
import type { Actor } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { ExecRecord, ExecStreamName } from "../../lib/domain/exec.ts";
import type { ExecDeps } from "../../lib/usecases/deps.ts";
import { linkToDevbox } from "../../lib/usecases/devboxes/running-devbox.ts";
import { requireRunning } from "../../lib/usecases/execs/cancel-exec.ts";
import { detachedLogPath } from "../../lib/usecases/execs/detached-execs.ts";
import { findExec } from "../../lib/usecases/execs/get-exec.ts";
import { apiHeaders, bodyAnswer } from "../api/answer.ts";
import type { StreamRequest } from "../api/create-api.ts";
import type { AttachedExec } from "./attached-exec.ts";
import type { ExecHolder } from "./attached-execs.ts";
import type { ExecOwners } from "./exec-owners.ts";
import type { OutputRing } from "./output-ring.ts";

type ByteOptions = { deps: ExecDeps; execs: ExecHolder; owners: ExecOwners };
type ByteStreamId = "getExecLogs" | "writeExecStdin";
type Log = { offset: number; body: BodyInit };

export type ExecByteRoutes = { [Id in ByteStreamId]: (request: StreamRequest<Id>) => Promise<Response> };

export function openExecByteRoutes(o: ByteOptions): ExecByteRoutes {
	const { deps } = o;
	/** Execs that a request writes to. */
	const writers = new Set<string>();

	async function writeExecStdin(request: StreamRequest<"writeExecStdin">): Promise<Response> {
		const { input, signedIn } = request;
		const record = await findExec(deps, signedIn.actor, input);
		const owner = record.status === "running" ? await o.owners.find(request, record) : null;
		if (owner) return owner.pass(request);
		const exec = requireInput(o.execs, record);
		if (writers.has(record.id))
			throw new AppError({
				code: "conflict",
				message: "Another request writes to this exec. Wait until it is done.",
			});
		writers.add(record.id);
		try {
			await pourIn(exec, request.request.body);
			if (input.query.eof === "true") exec.input.end();
		} finally {
			writers.delete(record.id);
		}
		return bodyAnswer(204, null, request.requestId);
	}

	async function getExecLogs(request: StreamRequest<"getExecLogs">): Promise<Response> {
		const { signedIn, input, requestId } = request;
		const { stream } = input.params;
		const record = await findExec(deps, signedIn.actor, input);
		const owner = await o.owners.find(request, record);
		if (owner) return owner.pass(request);
		const log = await logOf(o, signedIn.actor, { record, stream, offset: input.query.offset });
		// What a box sends must never be taken for a page of ours.
		const headers = {
			...apiHeaders,
			"Content-Type": "application/octet-stream",
			"Content-Security-Policy": "sandbox; default-src 'none'",
			"Content-Disposition": `attachment; filename="${record.id}.${stream}"`,
			"Devbox-Log-Offset": String(log.offset),
			"X-Request-Id": requestId,
		};
		return new Response(log.body, { headers });
	}

	return { writeExecStdin, getExecLogs };
}

function requireInput(execs: ExecHolder, record: ExecRecord): AttachedExec {
	requireRunning(record);
	const exec = execs.get(record.id);
	if (!exec && record.mode === "attached") requireHeld(execs, record);
	if (exec?.acceptsInput) return exec;
	throw new AppError({
		code: "wrong_state",
		message: "This exec's standard input is not open. Start it attached, with `stdin_open`: true.",
	});
}

async function pourIn(exec: AttachedExec, body: ReadableStream<Uint8Array> | null): Promise<void> {
	if (!body) return;
	for await (const chunk of body) {
		await exec.input.write(Buffer.from(chunk));
		exec.touch();
	}
}

async function logOf(
	{ deps, execs }: ByteOptions,
	actor: Actor,
	{ record, stream, offset }: { record: ExecRecord; stream: ExecStreamName; offset: number },
): Promise<Log> {
	const held = execs.get(record.id);
	if (held) return logOfRing(held.rings[stream], offset);
	if (record.mode === "attached") {
		requireHeld(execs, record);
		throw outputGone();
	}
	const link = await linkToDevbox(deps, actor, { id: record.devboxId, user: record.boxUser });
	const files = await link.files();
	const file = files.read({ path: detachedLogPath(record.id, stream), start: offset });
	file.once("close", () => files.close());
	return { offset, body: Readable.toWeb(file) as ReadableStream<Uint8Array> };
}

function logOfRing(ring: OutputRing, asked: number): Log {
	const offset = Math.min(Math.max(asked, ring.startOffset), ring.endOffset);
	return { offset, body: Uint8Array.from(ring.read(offset, ring.endOffset - offset)) };
}

/** Of several gateways one holds it; a running one that is not here is there. */
export function requireHeld(execs: ExecHolder, record: ExecRecord): void {
	if (record.status !== "running") return;
	const isElsewhere = record.gatewayId !== execs.gatewayId;
	throw new AppError({
		code: "unavailable",
		message: isElsewhere
			? "Another server process holds this exec, or did until it ended a moment ago. Ask again."
			: "This exec is just beginning or ending. Ask again.",
		retryAfterSeconds: 1,
	});
}

function outputGone(): AppError {
	return new AppError({
		code: "not_found",
		message:
			"The output of an exec that is not detached is kept for 5 minutes after its end. Detach what you want to read later.",
	});
}
