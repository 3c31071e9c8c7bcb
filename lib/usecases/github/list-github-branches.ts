import type { GithubBranchesResponse } from "../../contract/github.ts";
import type { Actor } from "../../domain/actor.ts";
import { invalidField } from "../../domain/errors.ts";
import { fullNameProblem } from "../../domain/repository-url.ts";
import type { GithubDeps } from "../deps.ts";

export async function listGithubBranches(
	{ github }: GithubDeps,
	actor: Actor,
	input: { query: { repository: string; query?: string } },
): Promise<GithubBranchesResponse> {
	const { repository: fullName, query } = input.query;
	const problem = fullNameProblem(fullName);
	if (problem) throw invalidField("repository", problem);
	const { branches, isCut } = await github.branches({ ...personOf(actor), fullName, query: query?.trim() });
	return { data: branches.map(({ name, isDefault }) => ({ name, is_default: isDefault })), is_cut: isCut };
}

function personOf({ userId, workspaceId }: Actor) {
	return { userId, workspaceId };
}
