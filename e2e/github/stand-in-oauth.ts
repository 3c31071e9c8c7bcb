/** OAuth as GitHub does it: one-time codes with PKCE, refresh tokens that are good once, and revocation by the client. */
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readText, send } from "./stand-in-answer.ts";
import { issueToken, revokeToken, type StandInState } from "./stand-in-state.ts";

export const standInClient = { id: "devbox-e2e-client", secret: "devbox-e2e-secret" } as const;
/** What is registered as the callback: what lies below it is taken as well. */
const callbackPath = "/api/auth/callback/github";

type Code = { login: string; redirectUri: string; challenge: string | null; scopes: string[] };

export function openStandInOauth(state: StandInState) {
	const codes = new Map<string, Code>();

	function authorize(url: URL, response: ServerResponse): void {
		const login = url.searchParams.get("as") ?? "";
		const redirectUri = url.searchParams.get("redirect_uri") ?? "";
		if (url.searchParams.get("client_id") !== standInClient.id) return send(response, 404, { error: "unknown client" });
		const callback = URL.parse(redirectUri)?.pathname ?? "";
		if (callback !== callbackPath && !callback.startsWith(`${callbackPath}/`))
			return send(response, 400, { error: "redirect_uri_mismatch" });
		const back = new URL(redirectUri);
		back.searchParams.set("state", url.searchParams.get("state") ?? "");
		if (url.searchParams.has("deny")) back.searchParams.set("error", "access_denied");
		else if (!/^[a-z0-9-]{1,39}$/.test(login)) return choose(url, response);
		else {
			const code = randomBytes(16).toString("hex");
			const scopes = (url.searchParams.get("scope") ?? "").split(/[ ,]+/).filter(Boolean);
			codes.set(code, { login, redirectUri, challenge: url.searchParams.get("code_challenge"), scopes });
			back.searchParams.set("code", code);
		}
		response.writeHead(302, { location: back.href });
		response.end();
	}

	function choose(url: URL, response: ServerResponse): void {
		response.writeHead(200, { "content-type": "text/html" });
		response.end(choosePage(url, [...state.users.keys()]));
	}

	/** Refusals come with 200, as GitHub sends them. */
	async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const form = new URLSearchParams(await readText(request));
		const isClient =
			isBasicClient(request) ||
			(form.get("client_id") === standInClient.id && form.get("client_secret") === standInClient.secret);
		if (!isClient) return send(response, 200, { error: "incorrect_client_credentials" });
		if (form.get("grant_type") === "refresh_token") return refresh(form.get("refresh_token") ?? "", response);
		const grant = codes.get(form.get("code") ?? "");
		codes.delete(form.get("code") ?? "");
		const hash = createHash("sha256")
			.update(form.get("code_verifier") ?? "")
			.digest("base64url");
		const isVerified = grant && (grant.challenge === null || grant.challenge === hash);
		if (!grant || !isVerified || grant.redirectUri !== form.get("redirect_uri"))
			return send(response, 200, { error: "bad_verification_code" });
		send(response, 200, issueToken(state, grant));
	}

	function refresh(refreshToken: string, response: ServerResponse): void {
		const access = state.refreshTokens.get(refreshToken);
		const held = access === undefined ? undefined : state.tokens.get(access);
		if (access === undefined || !held) return send(response, 200, { error: "bad_refresh_token" });
		revokeToken(state, access);
		send(response, 200, issueToken(state, held));
	}

	async function revoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
		if (!isBasicClient(request)) return send(response, 401, { message: "Bad credentials" });
		const { access_token: token } = JSON.parse(await readText(request)) as { access_token: string };
		if (!revokeToken(state, token)) return send(response, 404, { message: "Not Found" });
		response.writeHead(204).end();
	}

	return { authorize, exchange, revoke };
}

function isBasicClient(request: IncomingMessage): boolean {
	const basic = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /, ""), "base64").toString();
	return basic === `${standInClient.id}:${standInClient.secret}`;
}

function choosePage(url: URL, logins: string[]): string {
	const links = logins.map((name) => {
		const next = new URL(url);
		next.searchParams.set("as", name);
		return `<li><a href="${escapeAttribute(next.pathname + next.search)}">Continue as ${name}</a></li>`;
	});
	const deny = new URL(url);
	deny.searchParams.set("deny", "1");
	const kept = [...url.searchParams].map(
		([name, value]) => `<input type="hidden" name="${escapeAttribute(name)}" value="${escapeAttribute(value)}">`,
	);
	return `<!doctype html><html lang="en"><title>Sign in to the stand-in</title><ul>${links.join("")}</ul>
<form>${kept.join("")}<label>Another login <input name="as"></label><button>Continue</button></form>
<a href="${escapeAttribute(deny.pathname + deny.search)}">Cancel</a></html>`;
}

function escapeAttribute(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}
