/**
 * What a process in a box reaches at /run/devbox/control.sock. The connection comes over that box's own link, so the link says
 * whose it is and no token lies in the box. Requests are untrusted: small, short, few.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import { AppError, errorCodes } from "../domain/errors.ts";

/** Serves one connection that a box opened. */
export type ControlHandler = (stream: Duplex) => void;

export type BoxIdentity = { devboxId: string; name: string };

/** What one box may ask; whose it is, the link has said. Both are asked anew each time: a box may have been renamed, or ended. */
export type BoxControl = {
	identity: () => Promise<BoxIdentity>;
	/** Throws AppError, whose message is for the box's user. */
	idToken: (o: { audience: string }) => Promise<{ token: string; expiresAt: Date }>;
	/** Its network policy, what was asked for and what was blocked: as JSON, and in words. */
	network: () => Promise<{ json: unknown; text: string }>;
	/** Asks an admin for a name, as its owner would. Throws AppError. */
	askNetwork: (o: { name: string; reason: string }) => Promise<{ json: unknown; text: string }>;
};

const connectionMsMax = 30_000;
const bodyBytesMax = 64 * 1024;

/** HTTP over each connection. */
export function controlHandler(control: BoxControl): ControlHandler {
	const server = createServer({ maxHeaderSize: 8 * 1024, keepAliveTimeout: 5_000 }, (request, response) => {
		answer({ request, response, control });
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

type Answering = { request: IncomingMessage; response: ServerResponse; control: BoxControl };

/** By path: the method, and what is answered. `text` is for scripts, which ask for `text/plain`. */
const routes: Record<
	string,
	{ method: string; answer: (control: BoxControl, query: URLSearchParams) => Promise<{ json: unknown; text: string }> }
> = {
	"/v1/identity": {
		method: "GET",
		async answer({ identity }) {
			const { devboxId, name } = await identity();
			return { json: { devboxId, name }, text: `${devboxId} ${name}` };
		},
	},
	"/v1/network": { method: "GET", answer: ({ network }) => network() },
	"/v1/network/requests": {
		method: "POST",
		answer: ({ askNetwork }, query) => askNetwork({ name: query.get("name") ?? "", reason: query.get("reason") ?? "" }),
	},
	"/v1/id-token": {
		method: "POST",
		async answer({ idToken }, query) {
			const audience = query.get("audience") ?? "";
			const { token, expiresAt } = await idToken({ audience });
			return { json: { token, audience, expires_at: expiresAt.toISOString() }, text: token };
		},
	},
};

const pathWords = Object.entries(routes)
	.map(([path, { method }]) => `${method} ${path}`)
	.join(", ");

function answer(o: Answering): void {
	const { request, response } = o;
	let received = 0;
	request.on("data", (chunk: Buffer) => {
		received += chunk.length;
		if (received > bodyBytesMax) request.destroy();
	});
	const [path = "", query = ""] = (request.url ?? "").split("?", 2);
	const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
	const isText = request.headers.accept === "text/plain";
	const refuse = (status: number, code: string, detail: string) =>
		reply(response, status, isText ? detail : { detail, code });
	if (!route) return refuse(404, "not_found", `No such path. There are: ${pathWords}.`);
	if (request.method !== route.method) {
		response.setHeader("Allow", route.method);
		return refuse(405, "bad_request", `Only ${route.method}.`);
	}
	route.answer(o.control, new URLSearchParams(query)).then(
		({ json, text }) => reply(response, 200, isText ? text : json),
		(error: unknown) => {
			const known =
				error instanceof AppError && error.code !== "internal" && error.code !== "unavailable" ? error : null;
			if (known?.retryAfterSeconds) response.setHeader("Retry-After", String(known.retryAfterSeconds));
			if (known) return refuse(errorCodes[known.code].status, known.code, known.message);
			// The cause is ours and may name hosts: the box learns only that it should ask again.
			refuse(503, "unavailable", "Not known at the moment. Try again.");
		},
	);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
	if (response.destroyed) return;
	const isText = typeof body === "string";
	const text = `${isText ? body : JSON.stringify(body)}\n`;
	response.writeHead(status, {
		"Content-Type": isText ? "text/plain; charset=utf-8" : "application/json",
		"Content-Length": Buffer.byteLength(text),
		"Cache-Control": "no-store",
	});
	response.end(text);
}
