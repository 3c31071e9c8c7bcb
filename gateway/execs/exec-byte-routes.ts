/** The operations of execs that carry plain bytes: writing to one's input, downloading what one has written. */
import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { BoxLink } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { ExecRecord } from "../../lib/domain/exec.ts";
import type { ExecDeps } from "../../lib/usecases/deps.ts";
import { linkToDevbox } from "../../lib/usecases/devboxes/running-devbox.ts";
import { requireRunning } from "../../lib/usecases/execs/cancel-exec.ts";
import { detachedLogPath } from "../../lib/usecases/execs/detached-execs.ts";
import { findExec } from "../../lib/usecases/execs/get-exec.ts";
import { apiHeaders, bodyAnswer } from "../api/answer.ts";
import type { StreamRequest } from "../api/create-api.ts";
import { hasLeft } from "../api/has-left.ts";
import { sendStream } from "../files/send-stream.ts";
import type { AttachedExec } from "./attached-exec.ts";
import type { ExecHolder } from "./attached-execs.ts";
import type { ExecOwners } from "./exec-owners.ts";

type ByteOptions = { deps: ExecDeps; execs: ExecHolder; owners: ExecOwners };
type ByteStreamId = "getExecLogs" | "writeExecStdin";
type LogRequest = StreamRequest<"getExecLogs">;

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

	async function getExecLogs(request: LogRequest): Promise<Response> {
		const record = await findExec(deps, request.signedIn.actor, request.input);
		const owner = await o.owners.find(request, record);
		if (owner) return owner.pass(request);
		const held = o.execs.get(record.id);
		if (held) return sendRing(request, held);
		if (record.mode === "detached") {
			const place = { id: record.devboxId, user: record.boxUser };
			return sendDetachedLog(await linkToDevbox(deps, request.signedIn.actor, place), request);
		}
		requireHeld(o.execs, record);
		throw outputGone();
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

/** What a box sends must never be taken for a page of ours. */
function logHeaders({ input, requestId }: LogRequest, offset: number): Record<string, string> {
	const { exec_id: id, stream } = input.params;
	return {
		...apiHeaders,
		"Content-Type": "application/octet-stream",
		"Content-Security-Policy": "sandbox; default-src 'none'",
		"Content-Disposition": `attachment; filename="${id}.${stream}"`,
		"Devbox-Log-Offset": String(offset),
		"X-Request-Id": requestId,
	};
}

function sendRing(request: LogRequest, { rings }: AttachedExec): Response {
	const ring = rings[request.input.params.stream];
	const offset = Math.min(Math.max(request.input.query.offset, ring.startOffset), ring.endOffset);
	const body = Uint8Array.from(ring.read(offset, ring.endOffset - offset));
	return new Response(body, { headers: logHeaders(request, offset) });
}

/** From the box, which may have no such file any more: that is known before the answer begins. */
export async function sendDetachedLog(link: BoxLink, request: LogRequest): Promise<Response> {
	const { bindings, input } = request;
	const { exec_id: id, stream } = input.params;
	const { offset } = input.query;
	if (hasLeft(bindings)) return RESPONSE_ALREADY_SENT;
	const left = new AbortController();
	(bindings.outgoing as ServerResponse).once("close", () => left.abort(clientGone()));
	const files = await link.files({ signal: left.signal });
	try {
		return await sendStream({
			bindings,
			status: 200,
			headers: logHeaders(request, offset),
			chunks: files.read({ path: detachedLogPath(id, stream), start: offset }),
			length: null,
			sizeHeader: null,
			trailerNames: [],
			trailers: () => ({}),
			signal: left.signal,
		});
	} catch (error) {
		throw error instanceof AppError && error.code === "not_found" ? filesGone(id, error) : error;
	} finally {
		files.close();
	}
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

function filesGone(id: string, cause: Error): AppError {
	const message = `The devbox has the output of this exec no more: its directory ~/.local/state/devbox/execs/${id} was removed there.`;
	return new AppError({ code: "not_found", message, cause });
}

function clientGone(): AppError {
	return new AppError({ code: "unavailable", message: "The client went away." });
}
