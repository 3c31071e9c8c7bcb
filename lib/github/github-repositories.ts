/** Which repositories a connection gives access to: the account's own and those of granted organisations, asked of GitHub each time. */
import { z } from "zod";
import type { GithubAccess, GithubBranches, GithubRepositoryAccess } from "../domain/github-access.ts";
import { fullNameProblem, refProblem } from "../domain/repository-url.ts";
import type { GithubApi } from "./github-api.ts";
import { noSuchRepository } from "./github-errors.ts";
import type { GithubTokens, HeldToken } from "./github-tokens.ts";

const repositorySchema = z.object({
	id: z.number().int().positive(),
	full_name: z.string().refine((name) => fullNameProblem(name) === null),
	private: z.boolean(),
	default_branch: z.string().refine((ref) => refProblem(ref) === null),
	owner: z.object({ id: z.number(), login: z.string() }),
	permissions: z.object({ push: z.boolean() }).partial().optional(),
});
export type RepositoryFacts = z.infer<typeof repositorySchema>;
export const repositoriesSchema = z.array(repositorySchema);
const branchesSchema = z.array(z.object({ name: z.string() }));
const refsSchema = z.array(z.object({ ref: z.string() }));

const branchesPerPage = 100;

export function isUsable(repository: RepositoryFacts, { row }: HeldToken): boolean {
	const owner = BigInt(repository.owner.id);
	return owner === row.githubUserId || row.grants.some((grant) => grant.orgId === owner);
}

export function openGithubRepositories(o: { api: GithubApi; tokens: GithubTokens; baseUrl: string }): GithubAccess {
	async function find(asked: Parameters<GithubAccess["repository"]>[0]) {
		const { fullName, signal } = asked;
		const problem = fullNameProblem(fullName);
		if (problem) throw noSuchRepository(JSON.stringify(fullName), problem);
		const path = `/repos/${fullName.split("/").map(encodeURIComponent).join("/")}`;
		const { held, answer } = await o.tokens.use(asked, ({ accessToken }) =>
			o.api.get({ token: accessToken, path, schema: repositorySchema, signal }),
		);
		if (answer.kind === "missing") throw noSuchRepository(fullName, answer.why);
		if (isUsable(answer.value, held)) return { held, facts: answer.value };
		const { login } = answer.value.owner;
		throw noSuchRepository(
			fullName,
			`it belongs to ${login}, which is neither your account nor an organisation that you have granted. Grant the organisation under Settings, GitHub.`,
		);
	}

	return {
		async repository(asked): Promise<GithubRepositoryAccess> {
			const { held, facts } = await find(asked);
			return {
				repoId: facts.id,
				fullName: facts.full_name,
				cloneUrl: `${o.baseUrl}/${facts.full_name}.git`,
				isPrivate: facts.private,
				defaultBranch: facts.default_branch,
				canPush: facts.permissions?.push ?? false,
				token: held.accessToken,
			};
		},
		async branches(asked): Promise<GithubBranches> {
			const { held, facts } = await find(asked);
			const token = held.accessToken;
			const { signal, query = "" } = asked;
			const path = `/repos/${facts.full_name.split("/").map(encodeURIComponent).join("/")}`;
			const listed = await o.api.get({
				token,
				path: `${path}/branches`,
				query: { per_page: branchesPerPage },
				schema: branchesSchema,
				signal,
			});
			const names = listed.kind === "ok" ? listed.value.map(({ name }) => name) : [];
			const isCut = listed.kind === "ok" && listed.pagesMax > 1;
			// GitHub finds a branch past the first page by how it begins.
			const isAsked = isCut && query !== "" && refProblem(query) === null;
			const prefix = query.split("/").map(encodeURIComponent).join("/");
			const found = isAsked
				? await o.api.get({ token, path: `${path}/git/matching-refs/heads/${prefix}`, schema: refsSchema, signal })
				: null;
			const more = found?.kind === "ok" ? found.value.map(({ ref }) => ref.replace(/^refs\/heads\//, "")) : [];
			const wanted = [...new Set([facts.default_branch, ...names, ...more])].filter(
				(name) => refProblem(name) === null && name.toLowerCase().includes(query.toLowerCase()),
			);
			const branches = wanted.slice(0, 2 * branchesPerPage);
			return {
				branches: branches.map((name) => ({ name, isDefault: name === facts.default_branch })),
				isCut: isCut || branches.length < wanted.length,
			};
		},
	};
}
