/** Whether a browser's request comes from our own pages. The Host header was checked before: it is one of ours. */
import type { IncomingHttpHeaders } from "node:http";
import type { RequestEdge } from "./request-edge.ts";

/** The page's origin is PUBLIC_URL's, or the very host and protocol that it calls (a forwarded port, a loopback name). */
export function isOwnOrigin(origin: string | undefined, o: { edge: RequestEdge; publicUrl: URL }): boolean {
	if (!origin) return false;
	return origin === o.publicUrl.origin || origin === originOf(o.edge);
}

/**
 * For requests that a cookie authenticates and that change something. Scripts cannot set Sec-Fetch-Site; browsers that know it
 * tell by it that page and target are one origin, whatever a proxy made of the Host header.
 */
export function isSameOriginRequest(headers: IncomingHttpHeaders, o: { edge: RequestEdge; publicUrl: URL }): boolean {
	if (headers["sec-fetch-site"] === "same-origin") return true;
	return isOwnOrigin(headers.origin, o);
}

function originOf(edge: RequestEdge): string | null {
	if (!edge.host) return null;
	try {
		return new URL(`${edge.protocol}://${edge.host}`).origin;
	} catch {
		// A Host header that is no host is nobody's origin.
		return null;
	}
}
