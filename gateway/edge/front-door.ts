/** One HTTP server for all: decides by host and path who answers. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { apiBasePath } from "../../lib/contract/api.ts";
import { terminalPath } from "../../lib/contract/terminal-protocol.ts";
import { githubConnectCallbackPath } from "../../lib/domain/github-url.ts";
import type { Log } from "../../lib/log/log.ts";
import { authorizePath } from "../preview/authorize-endpoint.ts";
import type { Previews } from "../preview/previews.ts";
import type { WebProxy } from "../proxy/web-proxy.ts";
import type { TerminalServer } from "../terminal/terminal-server.ts";
import { boundBody, isStreamedUpload } from "./bound-body.ts";
import { boundSilence, boundSilentStart } from "./bound-silence.ts";
import type { KnownHosts } from "./known-hosts.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import type { RequestEdge } from "./request-edge.ts";
import type { StrangerLimits } from "./stranger-limits.ts";

export type FrontDoorOptions = {
	tls: { certFile: string; keyFile: string } | null;
	publicUrl: URL;
	hosts: KnownHosts;
	readEdge: (request: IncomingMessage) => RequestEdge;
	api: RequestListener;
	health: RequestListener;
	terminals: TerminalServer;
	/** Null where they have no domain. */
	previews: Previews | null;
	/** Where a browser comes back to from connecting a GitHub account. */
	githubCallback: (request: IncomingMessage, response: ServerResponse) => void;
	/** Where verifiers of ID tokens read our keys. */
	identityDocuments: (request: IncomingMessage, response: ServerResponse) => boolean;
	web: WebProxy;
	limits: StrangerLimits;
	log: Log;
};

const serverOptions = ({ headersMs, lookEveryMs }: StrangerLimits) => ({
	/** Bounded by `boundBody`, and for streams and previews by `boundSilence`: a body may take as long as it comes in. Answers and upgraded sockets are not limited. */
	requestTimeout: 0,
	headersTimeout: headersMs,
	connectionsCheckingInterval: lookEveryMs,
	keepAliveTimeout: 65_000,
	maxHeaderSize: 32 * 1024,
	/** HTTP/2 without TLS is not spoken: such a request is answered as it is (RFC 9110, 7.8). */
	shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() !== "h2c",
});

export function createFrontDoor(o: FrontDoorOptions): Server {
	const { limits } = o;
	const server = o.tls
		? createTlsServer({
				...serverOptions(limits),
				cert: readFileSync(o.tls.certFile),
				key: readFileSync(o.tls.keyFile),
				handshakeTimeout: limits.headersMs,
			})
		: createServer(serverOptions(limits));
	server.maxConnections = limits.connectionsMax;
	server.on(o.tls ? "secureConnection" : "connection", (socket: Socket) => boundSilentStart(socket, limits.headersMs));
	const answering = countAnswers();
	server.on("request", (request: IncomingMessage, response: ServerResponse) => {
		answering.add(request.socket, response);
		boundSilence(request, response, limits.silenceMs);
		const preview = previewOf(request, o);
		if (preview) return preview.previews.handle(request, response, preview.target);
		const refusal = refusalOf(request, o);
		if (refusal) return answerText(response, refusal.status, refusal.message);
		for (const [name, value] of ownHeaders(o.readEdge(request))) response.setHeader(name, value);
		const path = pathOf(request);
		if (path === "/healthz") return void o.health(request, response as ServerResponse & { req: IncomingMessage });
		if (o.identityDocuments(request, response)) return;
		if (path === authorizePath && o.previews) return o.previews.authorize(request, response);
		if (!isStreamedUpload({ method: request.method, path })) boundBody(request, response, limits.bodyMs);
		if (path === githubConnectCallbackPath) return o.githubCallback(request, response);
		if (isApiPath(path)) return void o.api(request, response as ServerResponse & { req: IncomingMessage });
		o.web.handle(request, response);
	});
	server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		// The server's own listener is off by now, and the client may be gone at any moment.
		socket.on("error", () => socket.destroy());
		// Sent behind a request that is still being answered: what is written now would stand in the middle of that answer.
		if (answering.has(socket)) return void socket.destroy();
		const preview = previewOf(request, o);
		if (preview) return preview.previews.handleUpgrade(request, socket, { head, target: preview.target });
		const refusal = refusalOf(request, o);
		if (refusal) return refuseUpgrade(socket, refusal.status, refusal.message);
		const path = pathOf(request);
		if (path === `${apiBasePath}${terminalPath}`) return o.terminals.handleUpgrade(request, socket, head);
		if (isApiPath(path)) return refuseUpgrade(socket, 404, "There is no WebSocket at this address.");
		o.web.handleUpgrade(request, socket, head);
	});
	server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
		if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
		refuseUpgrade(socket, error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400, "The request is not valid HTTP.");
	});
	return server;
}

/** Which connections have an answer under way. */
function countAnswers() {
	const counts = new WeakMap<Duplex, number>();
	const change = (socket: Duplex, by: number) => counts.set(socket, (counts.get(socket) ?? 0) + by);
	return {
		add(socket: Duplex, response: ServerResponse): void {
			change(socket, 1);
			response.once("close", () => change(socket, -1));
		},
		has: (socket: Duplex) => (counts.get(socket) ?? 0) > 0,
	};
}

/** A name of ours is never a preview's, whatever the domain of previews is. */
function previewOf(request: IncomingMessage, o: FrontDoorOptions) {
	if (!o.previews || !request.url?.startsWith("/")) return null;
	const { host } = o.readEdge(request);
	const target = o.hosts.includes(host) ? null : o.previews.targetOf(host);
	return target && { previews: o.previews, target };
}

function refusalOf(request: IncomingMessage, o: FrontDoorOptions): { status: number; message: string } | null {
	if (!request.url?.startsWith("/")) return { status: 400, message: "The request's address must be a path." };
	if (o.hosts.includes(o.readEdge(request).host)) return null;
	return {
		status: 421,
		message: `This server is ${o.publicUrl.origin} and answers to no other name. Open that address; its operator can change it with PUBLIC_URL.`,
	};
}

/** On everything that is ours: pages and the API say more of their own. A preview's answers are its devbox's. */
function ownHeaders({ protocol }: RequestEdge): [string, string][] {
	const always: [string, string][] = [
		["X-Content-Type-Options", "nosniff"],
		["Cross-Origin-Resource-Policy", "same-origin"],
	];
	// Without its subdomains: previews may stand on some, and are the operator's to decide.
	return protocol === "https" ? [...always, ["Strict-Transport-Security", "max-age=31536000"]] : always;
}

function pathOf(request: IncomingMessage): string {
	return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

function isApiPath(path: string): boolean {
	return path === apiBasePath || path.startsWith(`${apiBasePath}/`);
}

function answerText(response: ServerResponse, status: number, message: string): void {
	response.writeHead(status, {
		"Content-Type": "text/plain; charset=utf-8",
		"Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff",
		Connection: "close",
	});
	response.end(`${message}\n`);
}
