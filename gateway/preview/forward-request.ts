/** One request to what listens in a devbox, streaming both ways. Whatever the devbox answers, only this one answer can suffer. */
import {
	type ClientRequest,
	request as httpRequest,
	type IncomingMessage,
	type OutgoingHttpHeaders,
	type ServerResponse,
} from "node:http";
import { type BoxConnections, SilentBox } from "./box-connections.ts";
import { boxResponseHeaders } from "./preview-headers.ts";

export type Forwarded = {
	request: IncomingMessage;
	response: ServerResponse;
	/** As the devbox shall get them. */
	headers: OutgoingHttpHeaders;
	box: BoxConnections;
	port: number;
	/** Of the answer's head, since the request's last byte; milliseconds. */
	silenceMsMax?: number;
	/** Nothing was answered yet, or it cannot be gone on with. */
	onFailure: (error: unknown) => void;
};

/** Long polls and models that think take minutes; a program that hangs takes for ever. */
const silenceMsDefault = 300_000;
/** A devbox may not keep us busy with `100 Continue`s. */
const interimMax = 16;
export const boxHeaderBytesMax = 64 * 1024;

/** May be sent again: a connection that was free may have been closed by the devbox in the moment of its use. */
const repeatable = new Set(["GET", "HEAD", "OPTIONS"]);

export async function forwardRequest(o: Forwarded): Promise<void> {
	// One that is closed already would never say so: the place that it takes would be lost.
	if (o.response.destroyed) return;
	const gone = new AbortController();
	o.response.once("close", () => gone.abort());
	let release: () => void;
	try {
		release = await o.box.takeExchange(gone.signal);
	} catch (error) {
		return o.onFailure(error);
	}
	if (gone.signal.aborted) return release();
	send(o, { release, isRetry: false });
}

type Attempt = { release: () => void; isRetry: boolean };

function send(o: Forwarded, { release, isRetry }: Attempt): void {
	const { request, response, box } = o;
	const hasBody = "content-length" in request.headers || "transfer-encoding" in request.headers;
	const isRepeatable = !hasBody && repeatable.has(request.method ?? "");
	let upstream: ClientRequest;
	try {
		upstream = httpRequest({
			host: "box",
			port: o.port,
			method: request.method,
			path: request.url,
			headers: o.headers,
			setHost: false,
			maxHeaderSize: boxHeaderBytesMax,
			...(isRepeatable ? { agent: box.agent } : { createConnection: box.connect }),
		});
	} catch (error) {
		release();
		return o.onFailure(error);
	}
	const silence = setTimeout(() => upstream.destroy(new SilentBox()), o.silenceMsMax ?? silenceMsDefault);
	const cutOff = () => {
		if (!response.writableFinished) upstream.destroy();
	};
	let isAnswered = false;
	let hasFailed = false;
	let mayRetry = false;
	upstream.on("response", (answer) => {
		isAnswered = true;
		clearTimeout(silence);
		relay(answer, o);
	});
	boundInterim(upstream);
	upstream.on("error", (error: NodeJS.ErrnoException) => {
		hasFailed = true;
		if (response.destroyed || isAnswered) return;
		mayRetry = isRepeatable && !isRetry && upstream.reusedSocket && error.code === "ECONNRESET";
		if (!mayRetry) o.onFailure(error);
	});
	upstream.on("close", () => {
		clearTimeout(silence);
		response.off("close", cutOff);
		// What an early answer has left unread must not keep the browser's connection waiting.
		if (hasBody) request.unpipe(upstream).resume();
		// An upgrade that nobody asked for ends the connection without an answer and without an error.
		if (!isAnswered && !hasFailed && !response.destroyed) o.onFailure(new Error("the devbox gave no answer"));
		if (mayRetry) send(o, { release, isRetry: true });
		else release();
	});
	response.on("close", cutOff);
	if (!hasBody) return void upstream.end();
	request.on("data", () => silence.refresh());
	// A browser that went away in the middle must not look like one that sent all.
	request.on("error", () => upstream.destroy());
	request.pipe(upstream);
}

function boundInterim(upstream: ClientRequest): void {
	let interim = 0;
	const count = () => {
		if (++interim > interimMax) upstream.destroy(new Error("the devbox sends interim answers without end"));
	};
	upstream.on("information", count);
	upstream.on("continue", count);
}

/** Hands an answer on as it comes. */
export function relay(
	answer: IncomingMessage,
	o: { response: ServerResponse; onFailure: (error: unknown) => void },
): void {
	const { response } = o;
	const cut = () => void response.destroy();
	answer.on("error", cut);
	try {
		response.writeHead(answer.statusCode ?? 502, boxResponseHeaders(answer.headers));
	} catch (error) {
		// The parser lets pass what may not be sent on.
		answer.destroy();
		return o.onFailure(error);
	}
	answer.pipe(response);
	// A stream that begins with silence still has begun; a small answer goes out in one piece with its head.
	setImmediate(() => {
		if (!response.destroyed && !response.writableEnded) response.flushHeaders();
	});
}
