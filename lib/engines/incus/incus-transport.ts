/**
 * The way to one engine: a unix socket, or https with our client certificate and the engine's own certificate pinned.
 * Connections are kept alive, and WebSockets start on them too: a new TLS connection costs more than most requests.
 */
import { timingSafeEqual, X509Certificate } from "node:crypto";
import http from "node:http";
import https from "node:https";
import type { PeerCertificate } from "node:tls";
import { type ClientOptions, WebSocket } from "ws";
import { EngineError } from "../engine.ts";
import type { HostConnection } from "../registry.ts";

export type IncusTransport = {
	/** For messages: names no secret. */
	name: string;
	/** True where the engine runs on this machine, so that its /proc is ours. */
	isLocal: boolean;
	request(o: http.RequestOptions): http.ClientRequest;
	webSocket(path: string): WebSocket;
	close(): void;
};

/** Free connections kept per engine; more are opened at need. */
const freeSocketsMax = 16;
/** The engine sends an exec's output in frames of at most 128 KiB; a bigger one is not from an engine. */
const frameMaxBytes = 4 * 1024 * 1024;

const webSocketOptions: ClientOptions = {
	perMessageDeflate: false,
	maxPayload: frameMaxBytes,
	skipUTF8Validation: true,
	followRedirects: false,
	// The engine pings each stream and asks for no answer. One sent to a stream that it has just closed fails (EPIPE), and takes the
	// bytes with it that came before the close and were not read yet.
	autoPong: false,
	handshakeTimeout: 15_000,
	// A mask of zeros, which leaves out a pass over all that is sent. Masks keep a page's bytes from misleading a proxy: here is neither.
	generateMask: () => undefined,
};

/** Throws EngineError `invalid` for an endpoint that is neither `unix://…` nor `https://…`, or https without certificates. */
export function openIncusTransport(host: Pick<HostConnection, "endpoint" | "tls">): IncusTransport {
	if (host.endpoint.startsWith("unix://")) return openUnix(host.endpoint.slice("unix://".length));
	if (host.endpoint.startsWith("https://")) return openHttps(host);
	throw new EngineError(
		"invalid",
		`An engine's endpoint is unix:///path or https://address:port, not ${host.endpoint}`,
	);
}

function openUnix(socketPath: string): IncusTransport {
	const agent = new http.Agent({ keepAlive: true, maxFreeSockets: freeSocketsMax });
	return {
		name: socketPath,
		isLocal: true,
		request: (o) => http.request({ ...o, agent, socketPath, headers: { host: "engine", ...o.headers } }),
		webSocket: (path) => new WebSocket(`ws+unix://${socketPath}:${path}`, { ...webSocketOptions, agent }),
		close: () => agent.destroy(),
	};
}

function openHttps(host: Pick<HostConnection, "endpoint" | "tls">): IncusTransport {
	if (!host.tls)
		throw new EngineError("invalid", `${host.endpoint} needs a client certificate and the engine's certificate`);
	const url = new URL(host.endpoint);
	const tls = {
		cert: host.tls.certificate,
		key: host.tls.key,
		// Self-signed: the certificate is its own authority, and the only one that is accepted.
		ca: host.tls.serverCertificate,
		checkServerIdentity: acceptExactly(host.tls.serverCertificate),
		minVersion: "TLSv1.3",
	} as const;
	const agent = new https.Agent({ keepAlive: true, maxFreeSockets: freeSocketsMax, ...tls });
	return {
		name: url.host,
		isLocal: ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname),
		request: (o) => https.request({ ...o, agent, host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port || 8443 }),
		webSocket: (path) => new WebSocket(`wss://${url.host}${path}`, { ...webSocketOptions, agent }),
		close: () => agent.destroy(),
	};
}

/** The engine's certificate names a machine, not its address: what counts is that it is this very certificate. */
function acceptExactly(pinnedPem: string): (hostname: string, certificate: PeerCertificate) => Error | undefined {
	const pinned = new X509Certificate(pinnedPem).raw;
	return (_hostname, certificate) => {
		const isPinned = certificate.raw?.length === pinned.length && timingSafeEqual(certificate.raw, pinned);
		return isPinned ? undefined : new Error("the server's certificate is not the one that this host was added with");
	};
}
