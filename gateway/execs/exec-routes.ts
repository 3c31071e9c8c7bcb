/** The operations of execs that answer with a stream of events: run and follow. */
import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { apiBasePath, apiOperations } from "../../lib/contract/api.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { ExecRecord } from "../../lib/domain/exec.ts";
import type { Log } from "../../lib/log/log.ts";
import type { CreateDeps, ExecDeps } from "../../lib/usecases/deps.ts";
import { getEnterableDevbox, linkToDevbox } from "../../lib/usecases/devboxes/running-devbox.ts";
import { startExec } from "../../lib/usecases/execs/create-exec.ts";
import { findExec } from "../../lib/usecases/execs/get-exec.ts";
import { apiHeaders } from "../api/answer.ts";
import type { StreamRequest } from "../api/create-api.ts";
import { hasLeft } from "../api/has-left.ts";
import { answerOnce } from "../api/idempotency.ts";
import type { Credentials } from "../credentials/credentials.ts";
import type { ExecHolder } from "./attached-execs.ts";
import { openExecByteRoutes, requireHeld } from "./exec-byte-routes.ts";
import { type ExecEventStream, openExecEventStream } from "./exec-event-stream.ts";
import type { ExecOwners } from "./exec-owners.ts";
import { type ExecOffsets, type Follower, followAttached } from "./follow-attached.ts";
import { followDetached } from "./follow-detached.ts";

type ExecStreamId = "runExec" | "streamExec" | "getExecLogs" | "writeExecStdin";

export type ExecRoutes = {
	streams: { [Id in ExecStreamId]: (request: StreamRequest<Id>) => Promise<Response> };
	/** Ends the streams of what goes on without us; those of attached execs end with these. */
	close(): void;
};

type RoutesOptions = {
	deps: ExecDeps & Pick<CreateDeps, "sealer">;
	execs: ExecHolder;
	owners: ExecOwners;
	credentials: Credentials;
	log: Log;
};

export const execStreamsPerCredentialMax = 400;

export function openExecRoutes(o: RoutesOptions): ExecRoutes {
	const { deps } = o;
	const open = new Map<ExecEventStream, string>();

	async function runExec(request: StreamRequest<"runExec">): Promise<Response> {
		const { signedIn, input } = request;
		const { actor, credentialIds } = signedIn;
		checkStreams(actor.credentialId);
		const key = request.request.headers.get("idempotency-key");
		if (key === null) {
			const record = await startExec(deps, actor, input, { credentialIds });
			// Nobody has been told of it. With a key it is found again by who repeats the request.
			const onLeft = () => void o.execs.order(record.id, { kind: "cancel", reason: leftWords });
			return stream(request, { record, from: fromTheStart, onLeft });
		}
		let started: ExecRecord | null = null;
		// Few requests are repetitions: the box is looked up while the key is claimed.
		const box = getEnterableDevbox(deps, actor, input.params.id);
		box.catch(() => undefined);
		const { body } = await answerOnce({
			db: deps.db,
			sealer: deps.sealer,
			actor,
			operation: apiOperations.runExec,
			key,
			input,
			async work(made) {
				started = await startExec(deps, actor, input, { ...made, credentialIds, box });
				return { id: started.id };
			},
			onLateFailure: (error) => o.log.warn({ err: error, exec: started?.id }, "an exec's key could not be settled"),
		});
		if (started) return stream(request, { record: started, from: fromTheStart });
		const exec_id = (body as { id: string }).id;
		const record = await findExec(deps, actor, { params: { ...input.params, exec_id } });
		const owner = await o.owners.find(request, record);
		if (owner) return owner.pass(request, `${apiBasePath}/devboxes/${record.devboxId}/execs/${record.id}/stream`);
		return stream(request, { record, from: fromTheStart });
	}

	async function streamExec(request: StreamRequest<"streamExec">): Promise<Response> {
		const { signedIn, input } = request;
		const record = await findExec(deps, signedIn.actor, input);
		const owner = await o.owners.find(request, record);
		if (owner) return owner.pass(request);
		checkStreams(signedIn.actor.credentialId);
		const { stdout_offset: stdout, stderr_offset: stderr } = input.query;
		return stream(request, { record, from: { stdout, stderr } });
	}

	function checkStreams(credentialId: string): void {
		const held = [...open.values()].filter((id) => id === credentialId).length;
		if (held < execStreamsPerCredentialMax) return;
		throw new AppError({
			code: "rate_limited",
			message: `You follow ${held} execs, which is the most per session or token. Close some.`,
			retryAfterSeconds: 1,
		});
	}

	async function stream(
		request: StreamRequest<ExecStreamId>,
		{ record, from, onLeft }: { record: ExecRecord; from: ExecOffsets; onLeft?: () => void },
	): Promise<Response> {
		request.noteAnswer({ id: record.id });
		const { bindings, signedIn, credential } = request;
		const headers = {
			...apiHeaders,
			"X-Request-Id": request.requestId,
			"Content-Type": "text/event-stream",
			"X-Accel-Buffering": "no",
		};
		const begin = await sourceOf(request, record);
		if (hasLeft(bindings)) {
			onLeft?.();
			return RESPONSE_ALREADY_SENT;
		}
		if (bindings.incoming.method === "HEAD") return new Response(null, { headers });
		const response = bindings.outgoing as ServerResponse;
		response.writeHead(200, headers);
		let follower: Follower | null = null;
		const to = openExecEventStream({
			response,
			onDrain: () => follower?.resume(),
			onClosed() {
				open.delete(to);
				stopWatching();
				follower?.stop();
			},
			log: o.log,
		});
		open.set(to, signedIn.actor.credentialId);
		const stopWatching = o.credentials.watch(credential, signedIn, () =>
			to.fail(new AppError({ code: "unauthenticated", message: "Your session or token has ended." })),
		);
		to.exec(record);
		follower = begin(to, from);
		// It may have ended while it was begun.
		if (to.isOver) follower.stop();
		return RESPONSE_ALREADY_SENT;
	}

	type Begin = (to: ExecEventStream, from: ExecOffsets) => Follower;

	async function sourceOf({ signedIn }: StreamRequest<ExecStreamId>, record: ExecRecord): Promise<Begin> {
		const held = o.execs.get(record.id);
		if (held) return (to, from) => followAttached({ exec: held, to, from });
		if (record.mode === "attached") {
			requireHeld(o.execs, record);
			return endedLongAgo(record);
		}
		const { devboxId: id, boxUser: user } = record;
		const link = await linkToDevbox(deps, signedIn.actor, { id, user });
		return (to, from) => followDetached({ deps, record, link, to, from, log: o.log });
	}

	return {
		streams: { runExec, streamExec, ...openExecByteRoutes(o) },
		close() {
			const words = "The server restarts. Ask for the stream again with your offsets.";
			for (const to of [...open.keys()]) to.fail(new AppError({ code: "unavailable", message: words }));
		},
	};
}

const leftWords = "The client that started it went away before it was told of it.";
const fromTheStart: ExecOffsets = { stdout: 0, stderr: 0 };

/** All that is left of an attached exec is its row: what it wrote is one gap. */
function endedLongAgo(record: ExecRecord): (to: ExecEventStream, from: ExecOffsets) => Follower {
	return (to, from) => {
		if (from.stdout < record.stdoutBytes) to.gap("stdout", from.stdout, record.stdoutBytes);
		if (from.stderr < record.stderrBytes) to.gap("stderr", from.stderr, record.stderrBytes);
		to.exit(record);
		return { resume: () => undefined, stop: () => undefined };
	};
}
