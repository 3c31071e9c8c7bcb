/**
 * Connecting an account, from the API's request to the browser's return:
 *
 * 1. `begin` notes who asks and where the browser goes afterwards, under the hash of a random state, and answers GitHub's address.
 * 2. The browser comes back with a code and the state. `find` says whose flow it is; the caller checks that the browser is that person's,
 *    or asks the person, because whoever opens the address would otherwise lend their GitHub account to whoever began the flow.
 * 3. `finish` spends the state, exchanges the code with the PKCE verifier, asks GitHub who it is, and seals the tokens.
 */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { Database } from "../db/database.ts";
import { putGithubConnection } from "../db/github-connections.ts";
import {
	findGithubOauthState,
	type GithubOauthStateRow,
	insertGithubOauthState,
	spendGithubOauthState,
} from "../db/github-oauth-states.ts";
import { AppError, invalidField } from "../domain/errors.ts";
import { githubConnectCallbackPath, githubConnectScopes } from "../domain/github-url.ts";
import type { Log } from "../log/log.ts";
import type { GithubApi } from "./github-api.ts";
import type { GithubOauth, IssuedTokens } from "./github-oauth.ts";
import { expiryOf, type GithubTokens } from "./github-tokens.ts";

export type BegunFlow = { authorizeUrl: string; state: string; expiresAt: Date };

/** What became of a flow, as the page that the browser returns to is told. */
export type FlowEnd = "connected" | "expired" | "code_refused";

type FinishedFlow = { end: FlowEnd; githubLogin: string | null };

export type GithubFlow = {
	/** Throws AppError `not_supported` without a client, `invalid` for a place that nobody may be sent back to. */
	begin(o: {
		workspaceId: string;
		userId: string;
		credentialKind: "session" | "token";
		returnUrl: string;
	}): Promise<BegunFlow>;
	/** Null for a state that is unknown, spent or expired. */
	find(state: string): Promise<GithubOauthStateRow | null>;
	/** Nothing comes of it: the state is spent. */
	drop(state: string): Promise<void>;
	/** Throws AppError `unavailable` when GitHub cannot be asked; the state is spent then as well. */
	finish(o: { state: string; code: string }): Promise<FinishedFlow>;
};

export type GithubFlowOptions = {
	db: Database;
	api: GithubApi;
	oauth: GithubOauth | null;
	tokens: GithubTokens;
	baseUrl: string;
	publicUrl: URL;
	returnOrigins: readonly string[];
	log: Log;
	now: () => number;
};

const flowMs = 10 * 60_000;
const accountSchema = z.object({ id: z.number().int().positive(), login: z.string().min(1).max(100) });

export function openGithubFlow(o: GithubFlowOptions): GithubFlow {
	const { db, publicUrl } = o;
	const redirectUri = new URL(githubConnectCallbackPath, publicUrl).href;

	/** Puts the account's tokens in the place of those before. */
	async function keep(oauth: GithubOauth, flow: GithubOauthStateRow, issued: IssuedTokens): Promise<FinishedFlow> {
		const account = await o.api.get({ token: issued.accessToken, path: "/user", schema: accountSchema });
		if (account.kind !== "ok") return { end: "code_refused", githubLogin: null };
		const { workspaceId, userId } = flow;
		// One that cannot be opened is replaced all the same.
		const earlier = await o.tokens.read({ workspaceId, userId }).catch(() => null);
		await putGithubConnection(db, {
			workspaceId,
			userId,
			githubUrl: o.baseUrl,
			githubUserId: account.value.id,
			githubLogin: account.value.login,
			scopes: issued.scopes,
			accessExpiresAt: expiryOf(issued, o.now()),
			// A flow that a browser began is finished by its own user's browser alone. One that was begun with a token is not: its
			// holder could send its end, made with a GitHub account of their own, to the user's browser.
			mayLinkSignIn: flow.credentialKind === "session",
			seal: (at) => o.tokens.seal(issued, { workspaceId, ...at }),
		});
		// The token that this one replaces is of no more use to anybody.
		if (earlier && earlier.row.githubUrl === o.baseUrl && !earlier.accessToken.equals(issued.accessToken))
			await oauth.revoke({ accessToken: earlier.accessToken }).catch((error: unknown) => {
				o.log.warn({ err: error }, "a replaced GitHub token was not revoked");
			});
		return { end: "connected", githubLogin: account.value.login };
	}

	/** A token that nobody holds would live on at GitHub. */
	async function revokeUnused(oauth: GithubOauth, flow: GithubOauthStateRow, issued: IssuedTokens): Promise<void> {
		try {
			const held = await o.tokens.read(flow).catch(() => null);
			if (!held?.accessToken.equals(issued.accessToken)) await oauth.revoke({ accessToken: issued.accessToken });
		} catch (error) {
			o.log.warn({ err: error }, "a GitHub token that came to nothing was not revoked");
		}
	}

	return {
		async begin({ workspaceId, userId, credentialKind, returnUrl }) {
			if (!o.oauth) throw notConfigured();
			requireReturnUrl(returnUrl, [publicUrl.origin, ...o.returnOrigins]);
			const state = randomBytes(32).toString("base64url");
			const verifierSalt = randomBytes(32).toString("base64url");
			const expiresAt = new Date(o.now() + flowMs);
			const flow = { workspaceId, userId, credentialKind, returnUrl, verifierSalt, expiresAt };
			await insertGithubOauthState(db, { stateHash: hashState(state), ...flow });
			const challenge = createHash("sha256").update(verifierOf(state, verifierSalt)).digest("base64url");
			return {
				authorizeUrl: o.oauth.authorizeUrl({ redirectUri, state, challenge, scopes: githubConnectScopes }),
				state,
				expiresAt,
			};
		},
		find: (state) => findGithubOauthState(db, { stateHash: hashState(state), now: new Date(o.now()) }),
		async drop(state) {
			await spendGithubOauthState(db, hashState(state));
		},
		async finish({ state, code }) {
			const stateHash = hashState(state);
			const flow = await findGithubOauthState(db, { stateHash, now: new Date(o.now()) });
			// Of two requests with one state one goes on.
			if (!flow || !(await spendGithubOauthState(db, stateHash)) || !o.oauth)
				return { end: "expired", githubLogin: null };
			const verifier = verifierOf(state, flow.verifierSalt);
			const issued = await o.oauth.exchange({ code, redirectUri, verifier });
			if (!issued) return { end: "code_refused", githubLogin: null };
			try {
				const finished = await keep(o.oauth, flow, issued);
				if (finished.end !== "connected") await revokeUnused(o.oauth, flow, issued);
				return finished;
			} catch (error) {
				await revokeUnused(o.oauth, flow, issued);
				throw error;
			}
		},
	};
}

function hashState(state: string): string {
	return createHash("sha256").update(state).digest("hex");
}

function verifierOf(state: string, salt: string): string {
	return createHash("sha256").update(`devbox pkce verifier\0${state}\0${salt}`).digest("base64url");
}

function requireReturnUrl(text: string, origins: readonly string[]): void {
	const url = URL.parse(text);
	if (url && origins.includes(url.origin) && !url.username && !url.password) return;
	throw invalidField(
		"return_url",
		`A browser is sent back to ${origins.join(" or ")} alone. The operator of this server adds other origins with DEVBOX_RETURN_ORIGINS.`,
	);
}

function notConfigured(): AppError {
	return new AppError({
		code: "not_supported",
		message:
			"This server cannot connect a GitHub account: its operator has set no AUTH_GITHUB_ID and AUTH_GITHUB_SECRET. Public repositories can be cloned without it: name them when you create a devbox.",
	});
}
