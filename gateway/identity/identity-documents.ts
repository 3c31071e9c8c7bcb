/**
 * The two documents by which anybody verifies an ID token of ours (OpenID Connect Discovery 1.0, RFC 7517). They are public: whoever
 * verifies has no account here. Kept by others for five minutes, which the rotation of keys counts on.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type IdTokenIssuer, identityPaths, idTokenAlgorithm } from "../../lib/domain/identity.ts";
import { identityKeyRules } from "../../lib/domain/identity-keys.ts";
import type { Log } from "../../lib/log/log.ts";

/** Answers whether the request was for one of them. */
export function createIdentityDocuments(o: { issuer: IdTokenIssuer; log: Log }) {
	const { issuer } = o;
	const discovery = {
		issuer: issuer.issuer,
		jwks_uri: `${issuer.issuer}${identityPaths.keys}`,
		response_types_supported: ["id_token"],
		subject_types_supported: ["public"],
		id_token_signing_alg_values_supported: [idTokenAlgorithm],
		scopes_supported: ["openid"],
		claims_supported: [
			...["iss", "sub", "aud", "exp", "iat", "nbf", "jti"],
			...["workspace_id", "devbox_id", "devbox_name", "owner_id", "owner_login"],
		],
	};
	const documents: Record<string, () => Promise<unknown>> = {
		[identityPaths.discovery]: async () => discovery,
		[identityPaths.keys]: () => issuer.keySet(),
	};
	return (request: IncomingMessage, response: ServerResponse): boolean => {
		const path = (request.url ?? "").split("?", 1)[0] ?? "";
		const read = Object.hasOwn(documents, path) ? documents[path] : undefined;
		if (!read) return false;
		if (request.method !== "GET" && request.method !== "HEAD") {
			response.setHeader("Allow", "GET, HEAD");
			send(response, 405, { detail: "This address takes GET.", code: "bad_request" });
			return true;
		}
		read().then(
			(body) => {
				response.setHeader("Cache-Control", `public, max-age=${identityKeyRules.keysMaxAgeSeconds}`);
				// Verifiers may be pages; there is nothing here that is not for everybody.
				response.setHeader("Access-Control-Allow-Origin", "*");
				response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
				send(response, 200, body);
			},
			(error: unknown) => {
				o.log.warn({ err: error }, "the keys of ID tokens could not be read");
				response.setHeader("Retry-After", "5");
				send(response, 503, {
					detail: "The keys cannot be read right now. Try again in a moment.",
					code: "unavailable",
				});
			},
		);
		return true;
	};
}

function send(response: ServerResponse, status: number, body: unknown): void {
	const text = `${JSON.stringify(body)}\n`;
	if (!response.hasHeader("Cache-Control")) response.setHeader("Cache-Control", "no-store");
	response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
	response.end(response.req.method === "HEAD" ? undefined : text);
}
