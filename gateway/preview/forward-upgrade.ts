/** A WebSocket, or whatever else a browser and a devbox agree on, as two streams of bytes once both have. */

import type { OutgoingHttpHeaders } from "node:http";
import { type ClientRequest, request as httpRequest, type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type BoxConnections, SilentBox } from "./box-connections.ts";
import { boxHeaderBytesMax, relay } from "./forward-request.ts";
import { boxResponseHeaders } from "./preview-headers.ts";

const silenceMsMax = 60_000;
/** For a browser to close its side after the devbox has. */
const goodbyeMsMax = 10_000;
const keepAliveMs = 30_000;

export function forwardUpgrade(o: {
	request: IncomingMessage;
	socket: Duplex;
	/** What came behind the request's head. */
	head: Buffer;
	headers: OutgoingHttpHeaders;
	box: BoxConnections;
	port: number;
	onFailure: (error: unknown) => void;
}): void {
	const { request, socket, box } = o;
	if (socket.destroyed) return;
	let release: () => void;
	let upstream: ClientRequest;
	try {
		release = box.takeUpgrade();
	} catch (error) {
		return o.onFailure(error);
	}
	try {
		upstream = httpRequest({
			host: "box",
			port: o.port,
			method: request.method,
			path: request.url,
			headers: { ...o.headers, connection: "Upgrade", upgrade: request.headers.upgrade },
			setHost: false,
			maxHeaderSize: boxHeaderBytesMax,
			createConnection: box.connect,
		});
	} catch (error) {
		release();
		return o.onFailure(error);
	}
	const silence = setTimeout(() => upstream.destroy(new SilentBox()), silenceMsMax);
	let isAnswered = false;
	let isTaken = false;
	const giveUp = () => upstream.destroy();
	socket.once("close", giveUp);
	upstream.on("upgrade", (answer, boxSocket, boxHead) => {
		isAnswered = true;
		isTaken = true;
		clearTimeout(silence);
		boxSocket.once("close", release);
		join({ ...o, answer, boxSocket, boxHead });
	});
	upstream.on("response", (answer) => {
		isAnswered = true;
		clearTimeout(silence);
		relay(answer, { response: plainResponse(request, socket), onFailure: () => socket.destroy() });
	});
	upstream.on("error", (error) => {
		if (!socket.destroyed && !isAnswered) o.onFailure(error);
	});
	upstream.on("close", () => {
		clearTimeout(silence);
		socket.off("close", giveUp);
		if (!isTaken) release();
	});
	upstream.end();
}

/** Answers a request that asked for an upgrade in plain HTTP, and closes. */
export function plainResponse(request: IncomingMessage, socket: Duplex): ServerResponse {
	const response = new ServerResponse(request);
	response.shouldKeepAlive = false;
	response.assignSocket(socket as Socket);
	response.once("finish", () => {
		response.detachSocket(socket as Socket);
		endSoon(socket);
	});
	return response;
}

function join(o: {
	request: IncomingMessage;
	socket: Duplex;
	head: Buffer;
	answer: IncomingMessage;
	boxSocket: Duplex;
	boxHead: Buffer;
}): void {
	const { socket, boxSocket } = o;
	if (socket.destroyed) return void boxSocket.destroy();
	tuneSocket(socket);
	socket.write(headOf(o.answer));
	if (o.boxHead.length > 0) socket.write(o.boxHead);
	if (o.head.length > 0) boxSocket.write(o.head);
	socket.pipe(boxSocket).pipe(socket);
	boxSocket.on("error", () => socket.destroy());
	boxSocket.on("close", () => {
		if (boxSocket.readableEnded) endSoon(socket);
		else socket.destroy();
	});
	socket.on("close", () => boxSocket.destroy());
}

/** `101` with the devbox's headers, which the parser has let pass: none holds a line's end. */
function headOf(answer: IncomingMessage): string {
	const headers = { ...boxResponseHeaders(answer.headers), connection: "Upgrade", upgrade: answer.headers.upgrade };
	const lines = Object.entries(headers).flatMap(([name, value]) =>
		(Array.isArray(value) ? value : [value]).map((item) => `${name}: ${item}`),
	);
	return `HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`;
}

/** A browser that vanished without a word is found out by the kernel. */
function tuneSocket(socket: Duplex): void {
	const tcp = socket as Socket;
	tcp.setNoDelay(true);
	tcp.setKeepAlive(true, keepAliveMs);
	tcp.setTimeout(0);
}

function endSoon(socket: Duplex): void {
	if (socket.destroyed) return;
	const timer = setTimeout(() => socket.destroy(), goodbyeMsMax).unref();
	socket.once("close", () => clearTimeout(timer));
	socket.end();
}
