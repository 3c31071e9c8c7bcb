import type { IncomingMessage, ServerResponse } from "node:http";

const silenceMsMax = 60_000;

/** Cuts off a client that has stopped sending the body that it announced. Who is not read from is not blamed. */
export function boundSilence(request: IncomingMessage, response: ServerResponse, silenceMs = silenceMsMax): void {
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
