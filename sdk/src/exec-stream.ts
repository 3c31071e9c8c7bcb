/**
 * A command's output as it comes, to its end. A connection that breaks is made again from the bytes that were seen last, so that
 * nothing comes twice; only when the command cannot be reached any more is it `lost`.
 */

import type { DevboxApi } from "./api-types.ts";
import { bytesOfBase64 } from "./byte-stream.ts";
import { pause } from "./deadline.ts";
import { fillPath, withQuery } from "./devbox-client.ts";
import { asDevboxError, DevboxError } from "./devbox-error.ts";
import { type Exec, type ExecRequest, streamRoutes } from "./generated/api.ts";
import { readEvents, type ServerEvent, SilenceError } from "./sse.ts";
import type { Transport, TransportRequest } from "./transport.ts";

export type ExecClient = { transport: Transport; api: DevboxApi; devboxId: string };

export type ExecEvent =
	/** First: what runs. */
	| { type: "exec"; exec: Exec }
	| { type: "stdout" | "stderr"; offset: number; data: Uint8Array }
	/** Output from `offset` to `nextOffset` that is not kept any more. */
	| { type: "gap"; stream: "stdout" | "stderr"; offset: number; nextOffset: number }
	/** Last: how it ended. `status` is `exited` or `lost`. */
	| { type: "exit"; exec: Exec };

export type ExecOffsets = { stdout: number; stderr: number };

type Source =
	| { kind: "run"; body: ExecRequest; key: string }
	| { kind: "existing"; execId: string; offsets: ExecOffsets };

/** The server sends a comment at least every 15 s; a stream that is silent for longer is dead. */
const silenceMaxMs = 45_000;
const retryMinMs = 200;
const retryMaxMs = 5_000;
/** How long a command is looked for after its connection broke; one that is not detached ends after a minute without a follower. */
const resumeMsMax = 120_000;

/** Throws `DevboxError`: what the server refused, `aborted`, or `lost` when the command cannot be reached any more. */
export async function* streamExec(client: ExecClient, source: Source, signal?: AbortSignal): AsyncGenerator<ExecEvent> {
	const offsets = source.kind === "existing" ? { ...source.offsets } : { stdout: 0, stderr: 0 };
	let execId = source.kind === "existing" ? source.execId : null;
	const patience = createPatience();
	let hasBegun = false;
	for (;;) {
		let broke: DevboxError;
		let openedAt: number | null = null;
		try {
			const body = await open(client, requestOf(client, source, { execId, offsets, signal }));
			hasBegun = true;
			openedAt = Date.now();
			for await (const event of readEvents(body, silenceMaxMs)) {
				if (event.type === "error") throw errorOfEvent(event);
				const known = execEventOf(event, offsets);
				if (!known) continue;
				// What a connection begins with is no progress: one that gives nothing else is as good as none.
				if (known.type === "exec") execId = known.exec.id;
				else patience.renew();
				yield known;
				if (known.type === "exit") return;
			}
			broke = asDevboxError(new Error("the stream ended before the command"));
		} catch (error) {
			broke = asDevboxError(error, signal);
		}
		if (!hasBegun || broke.code === "aborted") throw broke;
		if (!broke.isRetryable) {
			// A devbox that has stopped has no stream any more, but the row says how the command ended.
			const ended = execId && (await findEnded(client, execId, signal));
			if (!ended) throw broke;
			yield { type: "exit", exec: ended };
			return;
		}
		if (openedAt !== null && livedMs(openedAt, broke) > retryMaxMs) patience.renew();
		const retryMs = patience.nextRetryMs();
		if (retryMs === null) throw lostError(execId, broke);
		await pause(Math.max(retryMs, broke.retryAfterMs ?? 0), signal);
	}
}

/** How long to wait before the next connection, since the command was last followed; null when it was too long ago. */
function createPatience() {
	let brokenAt: number | null = null;
	let retryMs = retryMinMs;
	return {
		renew(): void {
			brokenAt = null;
			retryMs = retryMinMs;
		},
		nextRetryMs(): number | null {
			brokenAt ??= Date.now();
			if (Date.now() - brokenAt > resumeMsMax) return null;
			const ms = retryMs;
			retryMs = Math.min(retryMaxMs, retryMs * 2);
			return ms;
		},
	};
}

type Position = { execId: string | null; offsets: ExecOffsets; signal?: AbortSignal };

/** Until the id is known, the same order under the same key: it joins the command instead of starting a second one. */
function requestOf(client: ExecClient, source: Source, { execId, offsets, signal }: Position): TransportRequest {
	const accept = { accept: "text/event-stream" };
	if (execId === null && source.kind === "run") {
		return {
			method: streamRoutes.runExec.method,
			path: fillPath(streamRoutes.runExec.path, () => client.devboxId),
			headers: { ...accept, "content-type": "application/json", "idempotency-key": source.key },
			body: JSON.stringify(source.body),
			repeatability: "safe",
			signal,
		};
	}
	const { method, path } = streamRoutes.streamExec;
	const filled = fillPath(path, (name) => (name === "id" ? client.devboxId : execId));
	const query = { stdout_offset: offsets.stdout, stderr_offset: offsets.stderr };
	return { method, path: withQuery(filled, query), headers: accept, repeatability: "safe", signal };
}

async function open(client: ExecClient, request: TransportRequest): Promise<ReadableStream<Uint8Array>> {
	const body = await client.transport.send(request, async (response) => response.body);
	if (!body) throw asDevboxError(new Error("the answer has no stream"));
	return body;
}

/** Moves the offsets on; null for what was seen before, and for what a newer server sends. */
function execEventOf(event: ServerEvent, offsets: ExecOffsets): ExecEvent | null {
	if (event.type === "exec" || event.type === "exit") return { type: event.type, exec: JSON.parse(event.data) };
	if (event.type === "stdout" || event.type === "stderr") {
		const { offset, data } = JSON.parse(event.data);
		const bytes = bytesOfBase64(data);
		const fresh = bytes.subarray(Math.max(0, offsets[event.type] - offset));
		if (fresh.length === 0) return null;
		const end = offset + bytes.length;
		offsets[event.type] = end;
		return { type: event.type, offset: end - fresh.length, data: fresh };
	}
	if (event.type !== "gap") return null;
	const gap = JSON.parse(event.data) as { stream: "stdout" | "stderr"; offset: number; next_offset: number };
	offsets[gap.stream] = Math.max(offsets[gap.stream], gap.next_offset);
	return { type: "gap", stream: gap.stream, offset: gap.offset, nextOffset: gap.next_offset };
}

function errorOfEvent(event: ServerEvent): DevboxError {
	const { code, detail } = JSON.parse(event.data);
	return new DevboxError({ code, detail });
}

async function findEnded(client: ExecClient, execId: string, signal?: AbortSignal): Promise<Exec | null> {
	try {
		const exec = await client.api.getExec({ id: client.devboxId, exec_id: execId }, { signal });
		return exec.status === "running" ? null : exec;
	} catch (error) {
		if (error instanceof DevboxError && error.code !== "aborted") return null;
		throw error;
	}
}

/** How long a connection was there; a command may be quiet for hours, but then the server's comments come. */
function livedMs(openedAt: number, broke: DevboxError): number {
	const silentMs = broke.cause instanceof SilenceError ? silenceMaxMs : 0;
	return Date.now() - openedAt - silentMs;
}

function lostError(execId: string | null, cause: DevboxError): DevboxError {
	return new DevboxError({
		code: "lost",
		detail: `The connection to ${execId ?? "the command"} broke and did not come back within ${resumeMsMax / 1000} s, so how it ended is not known.`,
		cause,
	});
}
