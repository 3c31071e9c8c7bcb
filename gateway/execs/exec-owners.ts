/**
 * Of several gateways one holds an attached exec. What is asked elsewhere about its bytes is passed on to that one as it came, and its
 * answer back: who asks sees no difference, and the holder checks the credential for itself.
 */
import { readFileSync } from "node:fs";
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import { pipeline } from "node:stream";
import { rootCertificates } from "node:tls";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Database } from "../../lib/db/database.ts";
import { findGatewayAddress } from "../../lib/db/gateways.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { ExecRecord } from "../../lib/domain/exec.ts";
import type { StreamRequest } from "../api/create-api.ts";
import { hasLeft } from "../api/has-left.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { reachGateway } from "../hosts/gateway-address.ts";

export type ExecOwners = {
	/** Null where it is held here or by nobody who lives, or where the request was passed on to us: once is enough. */
	find(request: StreamRequest, record: ExecRecord): Promise<ExecOwner | null>;
};

/** Passes the request on, or asks for `path` in its place. Throws `unavailable` when the holder cannot be reached. */
export type ExecOwner = { pass(request: StreamRequest, path?: string): Promise<Response> };

type OwnersOptions = {
	db: Database;
	/** Of this gateway. */
	gatewayId: string;
	tls: { certFile: string } | null;
	publicUrl: URL;
	readEdge: (request: IncomingMessage) => RequestEdge;
};

const passedHeader = "x-devbox-passed-by";
const connectTimeoutMs = 5_000;
/** Of one connection and not of the request, RFC 9110, 7.6.1; Node writes its own. */
const hopHeaders = ["connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect"];

export function openExecOwners(o: OwnersOptions): ExecOwners {
	return {
		async find(request, record) {
			if (record.mode !== "attached" || !record.gatewayId || record.gatewayId === o.gatewayId) return null;
			if (passedHeader in request.bindings.incoming.headers) return null;
			const address = await findGatewayAddress(o.db, record.gatewayId);
			const at = address && reachGateway(address);
			return at ? { pass: (passed, path) => pass(o, { request: passed, at, path }) } : null;
		},
	};
}

type Passed = { request: StreamRequest; at: { host: string; port: number }; path: string | undefined };

async function pass(o: OwnersOptions, { request, at, path }: Passed): Promise<Response> {
	if (hasLeft(request.bindings)) return RESPONSE_ALREADY_SENT;
	const { incoming } = request.bindings;
	const outgoing = request.bindings.outgoing as ServerResponse;
	const { host } = o.readEdge(incoming);
	const hasBody = path === undefined && incoming.method === "POST";
	const { "content-length": length, ...headers } = withoutHops(incoming.headers);
	const options = {
		...at,
		// A connection of its own: what one client sends wrong must not reach the next one's request.
		agent: false,
		method: path === undefined ? incoming.method : "GET",
		path: path ?? incoming.url,
		headers: {
			...headers,
			...(hasBody && length ? { "content-length": length } : {}),
			host,
			[passedHeader]: o.gatewayId,
		},
	};
	return new Promise((resolve, reject) => {
		const upstream = o.tls ? https.request({ ...options, ...trustOf(o.tls, o.publicUrl) }) : http.request(options);
		const late = setTimeout(() => upstream.destroy(new Error("it did not answer in time")), connectTimeoutMs);
		upstream.once("socket", (socket) => socket.once("connect", () => clearTimeout(late)));
		outgoing.once("close", () => upstream.destroy());
		upstream.once("error", (error) => {
			clearTimeout(late);
			if (outgoing.headersSent) outgoing.destroy();
			else reject(unreachable(error));
		});
		upstream.once("response", (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers));
			outgoing.flushHeaders();
			answer.pipe(outgoing);
			// One that breaks off breaks the client's off: a part is never taken for the whole.
			answer.once("close", () => {
				if (!answer.complete) outgoing.destroy();
			});
			resolve(RESPONSE_ALREADY_SENT);
		});
		if (hasBody) pipeline(incoming, upstream, () => undefined);
		else upstream.end();
	});
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
	const kept = Object.entries(headers).filter(([name]) => !hopHeaders.includes(name));
	return Object.fromEntries(kept);
}

/** All gateways have the certificate of the public name, which may be its own authority. */
function trustOf(tls: { certFile: string }, publicUrl: URL) {
	return { servername: publicUrl.hostname, ca: [readFileSync(tls.certFile, "utf8"), ...rootCertificates] };
}

function unreachable(cause: Error): AppError {
	const message = "The server process that holds this exec does not answer. Ask again.";
	return new AppError({ code: "unavailable", message, retryAfterSeconds: 1, cause });
}
