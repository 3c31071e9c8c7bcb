/** GitHub's OAuth endpoints: where the browser is sent, and what we exchange with the client's secret. */
import { z } from "zod";
import { githubApiUrl } from "../domain/github-url.ts";
import { SecretText } from "../domain/secret-text.ts";
import type { GuardedFetch } from "../net/guarded-fetch.ts";
import { githubHeaders, parseBody, reach, throwIfLimited } from "./github-api.ts";
import { githubDown } from "./github-errors.ts";

export type GithubClient = { clientId: string; clientSecret: SecretText };

export type IssuedTokens = {
	accessToken: SecretText;
	refreshToken: SecretText | null;
	/** Seconds; null: it does not expire by itself. */
	expiresInSeconds: number | null;
	scopes: string[];
};

export type GithubOauth = {
	authorizeUrl(o: { redirectUri: string; state: string; challenge: string; scopes: readonly string[] }): string;
	/** Null for a code that GitHub does not take (spent, expired, another client's, a wrong verifier). */
	exchange(o: {
		code: string;
		redirectUri: string;
		verifier: string;
		signal?: AbortSignal;
	}): Promise<IssuedTokens | null>;
	/** Null for a refresh token that GitHub does not take. */
	refresh(o: { refreshToken: SecretText; signal?: AbortSignal }): Promise<IssuedTokens | null>;
	/** `unknown`: GitHub knows no such token, or no more. Throws AppError `unavailable` when it said neither. */
	revoke(o: { accessToken: SecretText; signal?: AbortSignal }): Promise<"revoked" | "unknown">;
};

const tokenSchema = z.union([
	z.object({
		access_token: z.string().min(1).max(4_096),
		refresh_token: z.string().min(1).max(4_096).optional(),
		expires_in: z.number().int().positive().optional(),
		scope: z.string().optional(),
	}),
	z.object({ error: z.string().max(200) }),
]);
const revokeTimeoutMs = 5_000;
/** What says that the code or token is at fault, and not our client. */
const refusals = new Set(["bad_verification_code", "bad_refresh_token", "invalid_grant"]);

export function openGithubOauth(o: {
	fetch: GuardedFetch;
	baseUrl: string;
	client: GithubClient;
	now: () => number;
}): GithubOauth {
	const host = new URL(o.baseUrl).host;
	const { clientId, clientSecret } = o.client;

	async function issue(fields: Record<string, string>, signal?: AbortSignal): Promise<IssuedTokens | null> {
		const body = new URLSearchParams({
			client_id: clientId,
			client_secret: clientSecret.reveal(),
			...fields,
		}).toString();
		const headers = {
			accept: "application/json",
			"content-type": "application/x-www-form-urlencoded",
			"user-agent": githubHeaders["user-agent"],
		};
		const url = `${o.baseUrl}/login/oauth/access_token`;
		const response = await reach(host, () => o.fetch({ url, method: "POST", headers, body, signal }));
		throwIfLimited({ host, response, now: o.now() });
		if (response.status >= 500) throw githubDown({ host, what: `failed (it answered ${response.status})` });
		// GitHub says 200 to a refusal, a server in its stead 400.
		const answer = parseBody({ host, response, schema: tokenSchema });
		if ("error" in answer) {
			if (refusals.has(answer.error) || response.status === 400) return null;
			throw githubDown({ host, what: `refused this server (${answer.error.replace(/[^\w]/g, "")})` });
		}
		return {
			accessToken: new SecretText(answer.access_token),
			refreshToken: answer.refresh_token === undefined ? null : new SecretText(answer.refresh_token),
			expiresInSeconds: answer.expires_in ?? null,
			scopes: (answer.scope ?? "").split(/[ ,]+/).filter(Boolean),
		};
	}

	return {
		authorizeUrl({ redirectUri, state, challenge, scopes }) {
			const url = new URL(`${o.baseUrl}/login/oauth/authorize`);
			url.search = new URLSearchParams({
				client_id: clientId,
				redirect_uri: redirectUri,
				scope: scopes.join(" "),
				state,
				code_challenge: challenge,
				code_challenge_method: "S256",
				allow_signup: "false",
			}).toString();
			return url.href;
		},
		exchange: ({ code, redirectUri, verifier, signal }) =>
			issue({ code, redirect_uri: redirectUri, code_verifier: verifier }, signal),
		refresh: ({ refreshToken, signal }) =>
			issue({ grant_type: "refresh_token", refresh_token: refreshToken.reveal() }, signal),
		async revoke({ accessToken, signal }) {
			const basic = Buffer.from(`${clientId}:${clientSecret.reveal()}`).toString("base64");
			const response = await reach(host, () =>
				o.fetch({
					url: `${githubApiUrl(o.baseUrl)}/applications/${encodeURIComponent(clientId)}/token`,
					method: "DELETE",
					headers: { ...githubHeaders, authorization: `Basic ${basic}`, "content-type": "application/json" },
					body: JSON.stringify({ access_token: accessToken.reveal() }),
					timeoutMs: revokeTimeoutMs,
					signal,
				}),
			);
			if (response.status === 204) return "revoked";
			if (response.status === 404 || response.status === 422) return "unknown";
			throwIfLimited({ host, response, now: o.now() });
			throw githubDown({ host, what: `did not revoke the authorisation (it answered ${response.status})` });
		},
	};
}
