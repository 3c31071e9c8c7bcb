/** Which headers pass between a browser and what listens in a devbox, which may be hostile to the dashboard and to other previews. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { apiTokenPrefixes } from "../../lib/db/token-hash.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { bodyFraming, withoutHopByHop } from "../proxy/proxy-headers.ts";
import { neutralSetCookie, withoutOwnCookies } from "./preview-cookie.ts";

/** What only a proxy may say, and what opens our own doors. */
const notForBoxes = /^(?:x-forwarded-|x-devbox-|forwarded$|x-real-ip$|x-provider-token$|expect$)/;

/**
 * For the devbox: the browser's own, with the name it asked for as Host, who it is as X-Forwarded-*, and without any credential of
 * ours. An Authorization header is the application's, unless it holds a token of ours.
 */
export function boxRequestHeaders(from: IncomingHttpHeaders, edge: RequestEdge): OutgoingHttpHeaders {
	const headers = withoutHopByHop(from);
	for (const name of Object.keys(headers)) if (notForBoxes.test(name)) delete headers[name];
	if (holdsOwnToken(from.authorization)) delete headers.authorization;
	const cookie = from.cookie === undefined ? null : withoutOwnCookies(from.cookie);
	if (cookie === null) delete headers.cookie;
	else headers.cookie = cookie;
	return {
		...headers,
		...bodyFraming(from),
		host: edge.host,
		"x-forwarded-host": edge.host,
		"x-forwarded-proto": edge.protocol,
		"x-forwarded-for": edge.clientAddress,
	};
}

function holdsOwnToken(authorization: string | undefined): boolean {
	return Object.values(apiTokenPrefixes).some((prefix) => authorization?.includes(prefix));
}

/** They would speak for other names, or of cookies below the whole domain. */
const notFromBoxes = new Set([
	"strict-transport-security",
	"public-key-pins",
	"public-key-pins-report-only",
	"expect-ct",
	"alt-svc",
	"clear-site-data",
]);

export function boxResponseHeaders(from: IncomingHttpHeaders): OutgoingHttpHeaders {
	const headers = withoutHopByHop(from);
	for (const name of Object.keys(headers))
		if (notFromBoxes.has(name) || name.startsWith("x-devbox-")) delete headers[name];
	const cookies = (from["set-cookie"] ?? []).map(neutralSetCookie).filter((cookie) => cookie !== null);
	if (cookies.length > 0) headers["set-cookie"] = cookies;
	else delete headers["set-cookie"];
	return headers;
}
