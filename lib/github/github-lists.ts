/**
 * What an account has at GitHub, as lists: its repositories and those of granted organisations, its organisations, its public SSH keys.
 * A list is kept for half a minute, so that a search and the pages after the first do not ask for all of it again; whether a repository
 * may be used is asked anew each time, elsewhere.
 */
import { z } from "zod";
import type { Database } from "../db/database.ts";
import { type Membership, putGithubGrants } from "../db/github-connections.ts";
import { invalidField } from "../domain/errors.ts";
import type { GithubAnswer, GithubApi } from "./github-api.ts";
import { githubDown, notConnected } from "./github-errors.ts";
import { isUsable, type RepositoryFacts, repositoriesSchema } from "./github-repositories.ts";
import type { GithubTokens, HeldToken } from "./github-tokens.ts";

type Asked = Membership & { signal?: AbortSignal };
export type ListedRepository = RepositoryFacts;
export type ListedOrganization = { id: number; login: string; isGranted: boolean };
export type GithubSshKey = { title: string; publicKey: string };

export type GithubLists = {
	/** By name. `isCut`: the account has more than is read. */
	repositories(o: Asked): Promise<{ repositories: ListedRepository[]; isCut: boolean }>;
	organizations(o: Asked): Promise<ListedOrganization[]>;
	/** Exactly these are granted from here on; answers how many. Throws AppError `invalid` for one that the account is not in. */
	grant(o: Asked & { logins: readonly string[] }): Promise<number>;
	sshKeys(o: Asked): Promise<GithubSshKey[]>;
};

const perPage = 100;
const repositoryPagesMax = 30;
const organizationPagesMax = 10;
const pagesAtOnce = 5;
const listMsMax = 25_000;
const keepMs = 30_000;
const keptMax = 200;

const organizationsSchema = z.array(z.object({ id: z.number().int().positive(), login: z.string() }));
const keysSchema = z.array(z.object({ id: z.number(), key: z.string(), title: z.string().optional() }));

type Kept = { repositories: ListedRepository[]; isCut: boolean; until: number };

export function openGithubLists(o: {
	db: Pick<Database, "prisma">;
	api: GithubApi;
	tokens: GithubTokens;
	baseUrl: string;
	now: () => number;
}): GithubLists {
	const host = new URL(o.baseUrl).host;
	const kept = new Map<string, Kept>();

	async function readRepositories(held: HeldToken, signal: AbortSignal): Promise<GithubAnswer<Kept>> {
		const key = `${held.row.id} ${held.row.version}`;
		const known = kept.get(key);
		if (known && known.until > o.now()) return { kind: "ok", value: known, pagesMax: 1 };
		const read = await readPages({
			pagesMax: repositoryPagesMax,
			page: (page) =>
				o.api.get({
					token: held.accessToken,
					path: "/user/repos",
					query: { affiliation: "owner,organization_member", sort: "full_name", per_page: perPage, page },
					schema: repositoriesSchema,
					signal,
				}),
		});
		if (read.kind !== "ok") return read;
		const byId = new Map(read.value.map((repository) => [repository.id, repository]));
		const repositories = [...byId.values()].sort((a, b) => compareNames(a.full_name, b.full_name));
		const value = { repositories, isCut: read.pagesMax > repositoryPagesMax, until: o.now() + keepMs };
		if (kept.size >= keptMax) kept.clear();
		kept.set(key, value);
		return { kind: "ok", value, pagesMax: 1 };
	}

	async function readOrganizations(asked: Asked) {
		const { held, answer } = await o.tokens.use(asked, ({ accessToken }) =>
			readPages({
				pagesMax: organizationPagesMax,
				page: (page) =>
					o.api.get({
						token: accessToken,
						path: "/user/orgs",
						query: { per_page: perPage, page },
						schema: organizationsSchema,
						signal: asked.signal,
					}),
			}),
		);
		return { held, organizations: listOf(host, answer) };
	}

	return {
		async repositories(asked) {
			const deadline = AbortSignal.timeout(listMsMax);
			const signal = asked.signal ? AbortSignal.any([asked.signal, deadline]) : deadline;
			try {
				const { held, answer } = await o.tokens.use(asked, (token) => readRepositories(token, signal));
				const { repositories, isCut } = listOf(host, answer);
				return { repositories: repositories.filter((repository) => isUsable(repository, held)), isCut };
			} catch (error) {
				if (deadline.aborted && !asked.signal?.aborted)
					throw githubDown({ host, what: "is too slow to list your repositories", cause: error });
				throw error;
			}
		},
		async organizations(asked) {
			const { held, organizations } = await readOrganizations(asked);
			return organizations
				.map(({ id, login }) => ({ id, login, isGranted: held.row.grants.some((grant) => grant.orgId === BigInt(id)) }))
				.sort((a, b) => compareNames(a.login, b.login));
		},
		async grant(asked) {
			const { held, organizations } = await readOrganizations(asked);
			const byLogin = new Map(organizations.map((organization) => [organization.login.toLowerCase(), organization]));
			const wanted = new Set(asked.logins.map((login) => login.toLowerCase()));
			const unknown = [...wanted].filter((login) => !byLogin.has(login));
			if (unknown.length > 0)
				throw invalidField(
					"org_logins",
					`Your GitHub account is in no organisation ${unknown.slice(0, 5).map(quoted).join(", ")}. GET /integrations/github/orgs lists them; one that is missing there may not have approved this application yet.`,
				);
			const orgs = [...wanted].flatMap((login) => byLogin.get(login) ?? []);
			const count = await putGithubGrants(o.db, { connectionId: held.row.id, orgs });
			if (count === null) throw notConnected({ isConfigured: true });
			return count;
		},
		async sshKeys(asked) {
			const { answer } = await o.tokens.use(asked, async ({ accessToken, row }) => {
				const query = { per_page: perPage };
				const own = await o.api.get({
					token: accessToken,
					path: "/user/keys",
					query,
					schema: keysSchema,
					signal: asked.signal,
				});
				if (own.kind !== "missing") return own;
				// Not allowed for this token: then what everybody may see, without titles.
				const path = `/users/${encodeURIComponent(row.githubLogin)}/keys`;
				return o.api.get({ token: accessToken, path, query, schema: keysSchema, signal: asked.signal });
			});
			return listOf(host, answer).map(({ id, key, title }) => ({ title: title || `GitHub ${id}`, publicKey: key }));
		},
	};
}

type Paging<T> = { pagesMax: number; page: (page: number) => Promise<GithubAnswer<T[]>> };

/** The first page says how many there are; the others come a few at a time. `pagesMax` of the answer is that number. */
async function readPages<T>({ pagesMax, page }: Paging<T>): Promise<GithubAnswer<T[]>> {
	const first = await page(1);
	if (first.kind !== "ok") return first;
	const values = [...first.value];
	const last = Math.min(first.pagesMax, pagesMax);
	for (let from = 2; from <= last; from += pagesAtOnce) {
		const count = Math.min(pagesAtOnce, last - from + 1);
		for (const answer of await Promise.all(Array.from({ length: count }, (_, index) => page(from + index)))) {
			if (answer.kind !== "ok") return answer;
			values.push(...answer.value);
		}
	}
	return { kind: "ok", value: values, pagesMax: first.pagesMax };
}

function listOf<T>(host: string, answer: Exclude<GithubAnswer<T>, { kind: "token_refused" }>): T {
	if (answer.kind === "ok") return answer.value;
	throw githubDown({ host, what: `did not answer: ${answer.why.replace(/\.$/, "")}` });
}

/** GitHub does not tell upper from lower. */
export function compareNames(a: string, b: string): number {
	const [left, right] = [a.toLowerCase(), b.toLowerCase()];
	return left < right ? -1 : left > right ? 1 : 0;
}

function quoted(text: string): string {
	return JSON.stringify(text.slice(0, 100));
}
