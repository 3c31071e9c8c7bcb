/**
 * next-auth runs the sign-in: its checks of state, PKCE and CSRF are what we use it for. Its session cookie is our opaque token:
 * `jwt` makes the row on sign-in, `encode` writes the token, `decode` looks the row up. There is no JWT.
 */
import type { AuthOptions } from "next-auth";
import type { CredentialsConfig } from "next-auth/providers/credentials";
import { revokeSessionRow } from "../db/sessions.ts";
import { SecretText } from "../domain/secret-text.ts";
import { openLog } from "../log/log.ts";
import { type GithubProfile, readGithubOrgs } from "./github-profile.ts";
import { type GithubUserinfo, githubProvider } from "./github-provider.ts";
import { admitGithubUser } from "./github-sign-in.ts";
import { createSession, findSession, sessionCookieName, sessionMaxAgeMs } from "./session.ts";
import { openSignInRefusals, recordSessionBegin, recordSessionEnd } from "./sign-in-audit.ts";
import { spendSignInLink } from "./sign-in-links.ts";
import { webServer } from "./web-server.ts";

const log = openLog("web-auth");
const recordRefusal = openSignInRefusals({ log });

export const signInLinkProviderId = "sign-in-link";

/** `userAgent` names the browser in the list of sessions; `address`, the gateway's word, is for the audit log. */
type Visitor = {
	userAgent: string | null;
	address: string | null;
	/** Of the invitation link whose page began this sign-in. */
	linkSecret: string | null;
};

export function nextAuthOptions(o: Visitor): AuthOptions {
	const { config, authSecret } = webServer();
	return {
		secret: authSecret,
		useSecureCookies: config.publicUrl.protocol === "https:",
		session: { strategy: "jwt", maxAge: sessionMaxAgeMs / 1000 },
		pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
		providers: [signInLinkProvider(o), ...(config.github ? [githubProvider(config.github)] : [])],
		cookies: { sessionToken: sessionCookie(config.publicUrl) },
		jwt: {
			encode: async ({ token }) => String(token?.sessionToken ?? ""),
			decode: async ({ token }) => decodeSession(token),
		},
		callbacks: signInCallbacks(o),
		events: {
			signOut: async ({ token }) => {
				const { sessionId, sub, sessionToken } = token ?? {};
				if (typeof sessionId !== "string" || typeof sessionToken !== "string" || !sub) return;
				const { db } = webServer();
				await recordSessionEnd(db, { sessionToken, address: o.address });
				await revokeSessionRow(db, { id: sessionId, userId: sub });
			},
		},
		logger: {
			// Only the code: next-auth's details can hold tokens.
			error: (code) => log.error({ code }, "sign-in failed"),
			warn: (code) => log.warn({ code }, "sign-in warning"),
			debug: () => undefined,
		},
	};
}

function sessionCookie(publicUrl: URL) {
	const secure = publicUrl.protocol === "https:";
	return {
		name: sessionCookieName(publicUrl),
		options: { httpOnly: true, sameSite: "lax" as const, path: "/", secure },
	};
}

function signInLinkProvider({ address }: Visitor): CredentialsConfig<{ token: object }> {
	return {
		id: signInLinkProviderId,
		name: "Sign-in link",
		type: "credentials",
		credentials: { token: {} },
		async authorize(credentials) {
			const { db } = webServer();
			const spent = await spendSignInLink(db, credentials?.token ?? "");
			if (spent) return { id: spent.userId };
			await recordRefusal(db, { login: null, method: "sign_in_link", reason: "used_or_expired", address });
			return null;
		},
	};
}

function signInCallbacks(o: Visitor): AuthOptions["callbacks"] {
	return {
		async signIn({ user, account, profile }) {
			if (account?.provider !== "github") return true;
			const { github } = profile as GithubUserinfo;
			const accessToken = new SecretText(account.access_token ?? "");
			const admission = await admitFromGithub({ ...o, profile: github, accessToken });
			if (admission.kind === "refused") {
				const { reason, link } = admission;
				const { login } = github;
				await recordRefusal(webServer().db, { login, method: "github", reason, link, address: o.address });
				return `/sign-in?error=${reason}`;
			}
			// next-auth hands this very object on to `jwt`, and its id is ours from here on.
			user.id = admission.userId;
			return true;
		},
		async jwt({ token, user, account, trigger }) {
			if (!user || !account || (trigger !== "signIn" && trigger !== "signUp")) return token;
			const method = account.provider === "github" ? "github" : "sign_in_link";
			const sessionToken = await createSession(webServer().db, {
				userId: user.id,
				method,
				userAgent: o.userAgent?.slice(0, 400) ?? null,
			});
			await recordSessionBegin(webServer().db, { sessionToken, method, address: o.address });
			return { sub: user.id, sessionToken };
		},
		session: ({ session }) => session,
		redirect: ({ url, baseUrl }) => {
			// Resolved first: `//host` begins with a slash as well.
			const to = new URL(url, baseUrl);
			return to.origin === new URL(baseUrl).origin ? to.href : baseUrl;
		},
	};
}

type FromGithub = Pick<Visitor, "address" | "linkSecret"> & { profile: GithubProfile; accessToken: SecretText };

async function admitFromGithub({ accessToken, ...o }: FromGithub) {
	const { config, db } = webServer();
	const { baseUrl = "https://github.com", allowedOrgs = [] } = config.github ?? {};
	const readOrgs = () => readGithubOrgs({ baseUrl, accessToken });
	return admitGithubUser(db, { ...o, allowedOrgs, readOrgs });
}

async function decodeSession(sessionToken: string | undefined) {
	const session = sessionToken ? await findSession(webServer().db, new SecretText(sessionToken)) : null;
	return session && sessionToken ? { sub: session.userId, sessionId: session.id, sessionToken } : null;
}
