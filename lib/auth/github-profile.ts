/** What we ask GitHub (or GitHub Enterprise) about who signs in. Every request has a deadline. */
import { z } from "zod";
import { githubApiUrl } from "../domain/github-url.ts";
import type { SecretText } from "../domain/secret-text.ts";

const requestTimeoutMs = 10_000;

const userSchema = z.object({
	id: z.number(),
	login: z.string(),
	name: z.string().nullish(),
	email: z.string().nullish(),
	avatar_url: z.string().nullish(),
});
const emailsSchema = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));
const orgsSchema = z.array(z.object({ login: z.string() }));

export type GithubProfile = {
	id: string;
	/** In lower case: GitHub does not tell upper from lower. */
	login: string;
	name: string | null;
	email: string | null;
	avatarUrl: string | null;
};

async function getJson(o: { url: string; accessToken: SecretText }): Promise<unknown> {
	const response = await fetch(o.url, {
		headers: {
			accept: "application/vnd.github+json",
			authorization: `Bearer ${o.accessToken.reveal()}`,
			"user-agent": "devbox",
		},
		signal: AbortSignal.timeout(requestTimeoutMs),
	});
	if (!response.ok) throw new Error(`GitHub answered ${response.status} to ${new URL(o.url).pathname}`);
	return response.json();
}

/** The profile with its verified primary address, which `/user` alone does not tell for a private one. */
export async function readGithubProfile(o: { baseUrl: string; accessToken: SecretText }): Promise<GithubProfile> {
	const api = githubApiUrl(o.baseUrl);
	const user = userSchema.parse(await getJson({ url: `${api}/user`, accessToken: o.accessToken }));
	const emails = emailsSchema.parse(await getJson({ url: `${api}/user/emails`, accessToken: o.accessToken }));
	const primary = emails.find((email) => email.primary && email.verified);
	return {
		id: String(user.id),
		login: user.login.toLowerCase(),
		name: user.name ?? null,
		email: (primary?.email ?? user.email ?? null)?.toLowerCase() ?? null,
		avatarUrl: user.avatar_url ?? null,
	};
}

const orgsPerPage = 100;
const orgPagesMax = 10;

/** Logins of the organisations that the user is in, in lower case. Needs the scope `read:org`. */
export async function readGithubOrgs(o: { baseUrl: string; accessToken: SecretText }): Promise<string[]> {
	const logins: string[] = [];
	for (let page = 1; page <= orgPagesMax; page++) {
		const url = `${githubApiUrl(o.baseUrl)}/user/orgs?per_page=${orgsPerPage}&page=${page}`;
		const orgs = orgsSchema.parse(await getJson({ url, accessToken: o.accessToken }));
		logins.push(...orgs.map((org) => org.login.toLowerCase()));
		if (orgs.length < orgsPerPage) break;
	}
	return logins;
}
