/**
 * What a process in a box reaches at /run/devbox/control.sock. The connection comes over that box's own link, so the link says
 * whose it is and no token lies in the box. Requests are untrusted: small, short, few.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** Serves one connection that a box opened. */
export type ControlHandler = (stream: Duplex) => void;

export type BoxIdentity = { devboxId: string; name: string };

const connectionMsMax = 30_000;
const bodyBytesMax = 64 * 1024;

/** HTTP over each connection. `identity` is asked anew each time: a box may have been renamed. */
export function controlHandler(o: { identity: () => Promise<BoxIdentity> }): ControlHandler {
	const server = createServer({ maxHeaderSize: 8 * 1024, keepAliveTimeout: 5_000 }, (request, response) => {
		answer({ request, response, identity: o.identity });
	});
	server.maxRequestsPerSocket = 100;
	// A client may say all it has to say and close its side, as a shell's pipe does; the answer comes after. Node's server ends
	// the connection with the request otherwise.
	Object.assign(server, { httpAllowHalfOpen: true });
	server.on("clientError", (_error, socket) => {
		if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
		else socket.destroy();
	});
	return (stream) => {
		// The server's own timers need a listening socket.
		const timer = setTimeout(() => stream.destroy(), connectionMsMax);
		stream.once("close", () => clearTimeout(timer));
		server.emit("connection", stream);
	};
}

function answer(o: { request: IncomingMessage; response: ServerResponse; identity: () => Promise<BoxIdentity> }): void {
	const { request, response } = o;
	let received = 0;
	request.on("data", (chunk: Buffer) => {
		received += chunk.length;
		if (received > bodyBytesMax) request.destroy();
	});
	if (request.url !== "/v1/identity") {
		reply(response, 404, { detail: "No such path. There is GET /v1/identity.", code: "not_found" });
		return;
	}
	if (request.method !== "GET") {
		response.setHeader("Allow", "GET");
		reply(response, 405, { detail: "Only GET.", code: "bad_request" });
		return;
	}
	o.identity().then(
		({ devboxId, name }) => reply(response, 200, { devboxId, name }),
		// The cause is ours and may name hosts: the box learns only that it should ask again.
		() => reply(response, 503, { detail: "Not known at the moment. Try again.", code: "unavailable" }),
	);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
	if (response.destroyed) return;
	const text = `${JSON.stringify(body)}\n`;
	response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
	response.end(text);
}
