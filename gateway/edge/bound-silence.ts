import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Cuts off a client that has stopped sending the body that it announced. Who is not read from is not blamed. */
export function boundSilence(request: IncomingMessage, response: ServerResponse, silenceMs: number): void {
	if (!("content-length" in request.headers) && !("transfer-encoding" in request.headers)) return;
	const { socket } = request;
	let seen = socket.bytesRead;
	const check = setInterval(() => {
		if (request.complete) return clearInterval(check);
		const isSilent = socket.bytesRead === seen && request.readableLength === 0;
		seen = socket.bytesRead;
		if (isSilent) socket.destroy();
	}, silenceMs);
	check.unref();
	response.once("close", () => clearInterval(check));
}

/** Cuts off a connection that never says a word: Node's own bound on headers begins with their first byte. */
export function boundSilentStart(socket: Socket, silenceMs: number): void {
	const before = socket.bytesRead;
	const late = setTimeout(() => {
		if (socket.bytesRead === before) socket.destroy();
	}, silenceMs);
	late.unref();
	socket.once("close", () => clearTimeout(late));
}
