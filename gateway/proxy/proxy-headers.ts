/** Which headers may pass between the outside and the web process. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { RequestEdge } from "../edge/request-edge.ts";

/** They speak of one connection, not of the request (RFC 9110, 7.6.1). */
const hopByHop = new Set([
	"connection",
	"keep-alive",
	"proxy-authenticate",
	"proxy-authorization",
	"proxy-connection",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
]);

/** Words that Next, we, or a proxy in front say about a request. From outside they would be forged. */
const internalPrefixes = ["x-middleware-", "x-invoke-", "x-now-", "x-forwarded-", "x-devbox-", "x-vercel-", "x-next-"];
const internalNames = new Set([
	"forwarded",
	"x-real-ip",
	"x-matched-path",
	"x-nextjs-data",
	"next-resume",
	"x-prerender-revalidate",
	"x-prerender-revalidate-if-generated",
	"x-action-forwarded",
	"x-edge-otel",
]);

function isInternalHeader(name: string): boolean {
	return internalNames.has(name) || internalPrefixes.some((prefix) => name.startsWith(prefix));
}

/** Headers for Next: what the client sent without the above, and what we know about the request. Names are lower case. */
export function requestHeaders(from: IncomingHttpHeaders, edge: RequestEdge): OutgoingHttpHeaders {
	const headers = withoutHopByHop(from);
	for (const name of Object.keys(headers)) if (isInternalHeader(name)) delete headers[name];
	return {
		...headers,
		host: edge.host,
		"x-forwarded-host": edge.host,
		"x-forwarded-proto": edge.protocol,
		"x-forwarded-for": edge.clientAddress,
	};
}

/**
 * How a body is framed on the way on. One that came in chunks goes on in chunks, whatever its method: `http` would send that of a
 * GET bare, and the next server would read it as a request of its own.
 */
export function bodyFraming(from: IncomingHttpHeaders): OutgoingHttpHeaders {
	const isChunked = from["content-length"] === undefined && from["transfer-encoding"] !== undefined;
	return isChunked ? { "transfer-encoding": "chunked" } : {};
}

export function responseHeaders(from: IncomingHttpHeaders): OutgoingHttpHeaders {
	const headers = withoutHopByHop(from);
	delete headers["x-powered-by"];
	for (const name of Object.keys(headers)) if (name.startsWith("x-middleware-")) delete headers[name];
	return headers;
}

/** Whoever names these in `Connection` would have a body sent on without its length: a request of its own to the next server. */
const framing = new Set(["content-length", "host"]);

/** What the request or the answer itself says; names are lower case. */
export function withoutHopByHop(from: IncomingHttpHeaders): OutgoingHttpHeaders {
	const named = new Set((from.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
	const headers: OutgoingHttpHeaders = {};
	for (const [name, value] of Object.entries(from)) {
		const isNamed = named.has(name) && !framing.has(name);
		if (value !== undefined && !hopByHop.has(name) && !isNamed) headers[name] = value;
	}
	return headers;
}
