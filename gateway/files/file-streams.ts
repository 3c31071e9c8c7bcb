/** Files and archives over HTTP: what of `lib/contract/files.ts` goes as a stream. The rest of it is JSON and a use case each. */
import type { IncomingMessage } from "node:http";
import { fileHeaders } from "../../lib/contract/files.ts";
import { octalMode } from "../../lib/domain/box-path.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Log } from "../../lib/log/log.ts";
import type { BoxDeps } from "../../lib/usecases/deps.ts";
import { openArchiveDownload } from "../../lib/usecases/files/download-archive.ts";
import { type FileDownload, openDownload } from "../../lib/usecases/files/download-file.ts";
import { uploadArchive } from "../../lib/usecases/files/upload-archive.ts";
import { uploadFile } from "../../lib/usecases/files/upload-file.ts";
import { apiHeaders, bodyAnswer, errorAnswer } from "../api/answer.ts";
import type { ApiOptions, StreamRequest } from "../api/create-api.ts";
import type { Credentials } from "../credentials/credentials.ts";
import { parseByteRange } from "./byte-range.ts";
import { attachmentHeader } from "./content-disposition.ts";
import { sendStream } from "./send-stream.ts";
import { openTransfers } from "./transfers.ts";

type FileStreamId = "downloadFile" | "uploadFile" | "downloadArchive" | "uploadArchive";

export type FileStreams = { streams: Pick<ApiOptions["streams"], FileStreamId>; close(): void };

export function openFileStreams(o: { deps: BoxDeps; credentials: Credentials; log: Log }): FileStreams {
	const transfers = openTransfers(o);
	return {
		streams: {
			downloadFile: (request) => transfers.run(request, (signal) => sendFile(o, request, signal)),
			downloadArchive: (request) => transfers.run(request, (signal) => sendArchive(o, request, signal)),
			uploadFile: (request) => transfers.run(request, (signal) => takeFile(o, request, signal)),
			uploadArchive: (request) => transfers.run(request, (signal) => takeArchive(o, request, signal)),
		},
		close: () => transfers.close(),
	};
}

type FileDeps = { deps: BoxDeps; log: Log };

/** What a box sends is never a page of ours: it is kept, not shown, and if shown, then without scripts, origin or anything else. */
function downloadHeaders(requestId: string, name: string): Record<string, string> {
	return {
		...apiHeaders,
		"Content-Security-Policy": "sandbox; default-src 'none'",
		"Content-Disposition": attachmentHeader(name),
		"X-Request-Id": requestId,
	};
}

async function sendFile(o: FileDeps, request: StreamRequest<"downloadFile">, signal: AbortSignal): Promise<Response> {
	const { bindings, requestId } = request;
	const download = await openDownload(o.deps, request.signedIn.actor, { ...request.input, signal });
	try {
		const { sizeBytes } = download.stat;
		const validators = validatorsOf(download);
		const asked = rangeAsked(bindings.incoming, validators);
		const range = parseByteRange(asked, sizeBytes);
		if (range === "unsatisfiable") return noSuchRange(o, { requestId, sizeBytes });
		const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
		return await sendStream({
			bindings,
			status: range ? 206 : 200,
			headers: {
				...downloadHeaders(requestId, download.name),
				...validators,
				"Content-Type": "application/octet-stream",
				"Accept-Ranges": "bytes",
				[fileHeaders.mode]: octalMode(download.stat.mode),
				...(range ? { "Content-Range": `bytes ${start}-${end}/${sizeBytes}` } : {}),
			},
			// An empty file is opened all the same: whether it may be read is told by that.
			chunks: sizeBytes === 0 ? nothingOf(download) : download.read({ start, end }),
			length: end - start + 1,
			sizeHeader: fileHeaders.size,
			trailerNames: [fileHeaders.sha256],
			trailers: (sha256) => ({ [fileHeaders.sha256]: sha256 }),
			signal,
		});
	} finally {
		download.close();
	}
}

async function* nothingOf(download: FileDownload): AsyncGenerator<Buffer> {
	for await (const chunk of download.read({ start: 0, end: 0 })) yield (chunk as Buffer).subarray(0, 0);
}

/** By size and time, as web servers do: enough to go on with a broken download. */
function validatorsOf({ stat }: FileDownload): { ETag: string; "Last-Modified": string } {
	const seconds = Math.floor(stat.modifiedAt.getTime() / 1000);
	return {
		ETag: `"${seconds.toString(16)}-${stat.sizeBytes.toString(16)}"`,
		"Last-Modified": stat.modifiedAt.toUTCString(),
	};
}

/** The range, unless it was for another version of the file (RFC 9110, 13.1.5). */
function rangeAsked({ headers }: IncomingMessage, validators: Record<string, string>): string | undefined {
	const condition = headers["if-range"];
	if (condition === undefined || Object.values(validators).includes(String(condition))) return headers.range;
	return undefined;
}

function noSuchRange(o: FileDeps, { requestId, sizeBytes }: { requestId: string; sizeBytes: number }): Response {
	const error = new AppError({
		code: "bad_request",
		message: `The file has ${sizeBytes} bytes, and none in that range.`,
	});
	return errorAnswer(error, {
		...o,
		requestId,
		status: 416,
		headers: { "Content-Range": `bytes */${sizeBytes}`, "Accept-Ranges": "bytes" },
	});
}

async function sendArchive(
	o: FileDeps,
	request: StreamRequest<"downloadArchive">,
	signal: AbortSignal,
): Promise<Response> {
	const download = await openArchiveDownload(o.deps, request.signedIn.actor, { ...request.input, signal });
	try {
		return await sendStream({
			bindings: request.bindings,
			status: 200,
			headers: {
				...downloadHeaders(request.requestId, `${download.name || "root"}.tar`),
				"Content-Type": "application/x-tar",
			},
			chunks: download.chunks,
			length: null,
			sizeHeader: null,
			trailerNames: [fileHeaders.sha256, fileHeaders.omitted],
			trailers: (sha256) => ({ [fileHeaders.sha256]: sha256, [fileHeaders.omitted]: String(download.omitted()) }),
			signal,
		});
	} finally {
		download.close();
	}
}

async function takeFile(o: FileDeps, request: StreamRequest<"uploadFile">, signal: AbortSignal): Promise<Response> {
	const { params, query, headers } = request.input;
	const { incoming } = request.bindings;
	const sha256 = query.sha256 ?? headers[fileHeaders.sha256];
	const work = uploadFile(o.deps, request.signedIn.actor, {
		params,
		query: { ...query, sha256 },
		body: incoming,
		signal,
	});
	return bodyAnswer(201, await orDrained(work, incoming), request.requestId);
}

async function takeArchive(
	o: FileDeps,
	request: StreamRequest<"uploadArchive">,
	signal: AbortSignal,
): Promise<Response> {
	const { incoming } = request.bindings;
	const work = uploadArchive(o.deps, request.signedIn.actor, { ...request.input, body: incoming, signal });
	return bodyAnswer(201, await orDrained(work, incoming), request.requestId);
}

const drainMs = 500;
const drainBytesMax = 64 * 1024 * 1024;

/**
 * Before a refusal is answered, what the client still sends is taken off its hands for a moment: one that is cut while it sends
 * seldom gets to read why.
 */
async function orDrained<T>(work: Promise<T>, incoming: IncomingMessage): Promise<T> {
	try {
		return await work;
	} catch (error) {
		if (!incoming.complete && !incoming.destroyed) await drain(incoming);
		throw error;
	}
}

function drain(incoming: IncomingMessage): Promise<void> {
	return new Promise((resolve) => {
		let bytes = 0;
		const count = (chunk: Buffer) => {
			bytes += chunk.length;
			if (bytes > drainBytesMax) stop();
		};
		const stop = () => {
			clearTimeout(timer);
			incoming.off("data", count);
			incoming.off("close", stop);
			incoming.off("end", stop);
			resolve();
		};
		const timer = setTimeout(stop, drainMs);
		incoming.on("data", count);
		incoming.once("close", stop);
		incoming.once("end", stop);
	});
}
