/** Everything that is no API goes to the web process (Next), streaming both ways. */
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Log } from "../../lib/log/log.ts";
import { refuseUpgrade } from "../edge/refuse-upgrade.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { bodyFraming, requestHeaders, responseHeaders } from "./proxy-headers.ts";
import { answerStarting } from "./starting-page.ts";

export type WebProxy = {
	handle(request: IncomingMessage, response: ServerResponse): void;
	handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
	/** Whether something accepts connections there. */
	isReachable(timeoutMs: number): Promise<boolean>;
	close(): void;
};

type WebProxyOptions = {
	webUrl: URL;
	/** In development only: Next's own WebSocket for reloading. */
	allowUpgrades: boolean;
	readEdge: (request: IncomingMessage) => RequestEdge;
	log: Log;
};

/** Next says nothing for so long only when it hangs; a cold compile in development takes most of it. */
const silenceMsMax = 120_000;

export function openWebProxy(o: WebProxyOptions): WebProxy {
	const agent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 32 });
	const target = { hostname: o.webUrl.hostname.replace(/^\[|\]$/g, ""), port: Number(o.webUrl.port || 80) };

	function handle(request: IncomingMessage, response: ServerResponse, isRetry = false): void {
		const headers = { ...requestHeaders(request.headers, o.readEdge(request)), ...bodyFraming(request.headers) };
		const hasBody = "content-length" in request.headers || "transfer-encoding" in request.headers;
		const upstream = httpRequest({ ...target, agent, method: request.method, path: request.url, headers });
		upstream.setTimeout(silenceMsMax, () => upstream.destroy(new Error("the web process says nothing")));
		upstream.on("response", (answer) => {
			response.writeHead(answer.statusCode ?? 502, responseHeaders(answer.headers));
			answer.pipe(response);
			// A cut answer must not look like a whole one.
			answer.on("error", () => response.destroy());
			answer.on("aborted", () => response.destroy());
		});
		upstream.on("error", (error: NodeJS.ErrnoException) => {
			if (response.destroyed) return;
			if (response.headersSent) return void response.destroy();
			// A kept-alive connection that Next closed just then: nothing was served, and without a body all can be sent again.
			if (!isRetry && !hasBody && upstream.reusedSocket && error.code === "ECONNRESET")
				return handle(request, response, true);
			o.log.warn({ err: error }, "the web process does not answer");
			answerStarting(request, response);
		});
		response.on("close", () => {
			if (!response.writableFinished) upstream.destroy();
		});
		if (hasBody) request.pipe(upstream);
		else upstream.end();
	}

	function handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		if (!o.allowUpgrades) {
			refuseUpgrade(socket, 404, "There is no WebSocket at this address.");
			return;
		}
		const headers = requestHeaders(request.headers, o.readEdge(request));
		const upstream = httpRequest({
			...target,
			method: "GET",
			path: request.url,
			headers: { ...headers, connection: "Upgrade", upgrade: "websocket" },
		});
		const giveUp = () => void socket.destroy();
		socket.on("error", () => upstream.destroy());
		upstream.on("error", giveUp);
		upstream.on("response", (answer) => {
			answer.resume();
			refuseUpgrade(socket, answer.statusCode ?? 502, "The web process did not take the WebSocket.");
		});
		upstream.on("upgrade", (answer, upstreamSocket, upstreamHead) => {
			const lines = Object.entries(answer.headers).flatMap(([name, value]) =>
				(Array.isArray(value) ? value : [value]).map((item) => `${name}: ${item}`),
			);
			socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
			socket.write(upstreamHead);
			upstreamSocket.write(head);
			socket.pipe(upstreamSocket).pipe(socket);
			upstreamSocket.on("error", giveUp);
			upstreamSocket.on("close", giveUp);
			socket.on("close", () => upstreamSocket.destroy());
		});
		upstream.end();
	}

	return {
		handle: (request, response) => handle(request, response),
		handleUpgrade,
		isReachable(timeoutMs) {
			return new Promise((resolve) => {
				const probe = connect({ host: target.hostname, port: target.port, timeout: timeoutMs });
				const settle = (isReachable: boolean) => {
					probe.destroy();
					resolve(isReachable);
				};
				probe.on("connect", () => settle(true));
				probe.on("timeout", () => settle(false));
				probe.on("error", () => settle(false));
			});
		},
		close: () => agent.destroy(),
	};
}
