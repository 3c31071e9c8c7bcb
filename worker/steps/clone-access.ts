/**
 * By which way a repository comes into a box. One at the connected GitHub is asked for with the box's owner's own token, each time
 * anew; what that account does not reach is tried as a public one, whose address needs no credential.
 */

import { AppError } from "../../lib/domain/errors.ts";
import type { GithubRepositoryAccess } from "../../lib/domain/github-access.ts";
import { githubFullName } from "../../lib/domain/repository-url.ts";
import type { CloneProblem } from "./clone-problem.ts";
import type { OneClone } from "./clone-run.ts";

export type GrantedAccess = {
	kind: "granted";
	repository: GithubRepositoryAccess;
	/** For the repository's row. */
	facts: { repoId: number; isPrivate: boolean; isProxied: boolean };
};

/** `hint`: why no account's credential is used, for when the public way ends at a closed door. */
export type CloneAccess =
	| GrantedAccess
	| { kind: "public"; hint: string | null }
	| { kind: "problem"; problem: CloneProblem };

export async function findAccess({ ctx, repository, stateFolder }: OneClone): Promise<CloneAccess> {
	const fullName = githubFullName(repository.url, ctx.githubUrl);
	if (fullName === null)
		return repository.push
			? problem(`Pushing works with repositories of ${new URL(ctx.githubUrl).host} alone.`)
			: { kind: "public", hint: null };
	const { ownerId: userId, workspaceId } = ctx.devbox;
	try {
		const found = await ctx.github.repository({ userId, workspaceId, fullName, signal: ctx.signal });
		if (repository.push && !found.canPush)
			return problem(
				"Your GitHub account may not push to it. Create the devbox without push, or ask for write access.",
			);
		const { repoId, isPrivate } = found;
		return {
			kind: "granted",
			repository: found,
			facts: { repoId, isPrivate, isProxied: stateFolder === undefined && (isPrivate || repository.push) },
		};
	} catch (error) {
		ctx.signal.throwIfAborted();
		if (!(error instanceof AppError)) throw error;
		if (error.code === "unavailable" || error.code === "timeout")
			return { kind: "problem", problem: { kind: "no_network", message: error.message } };
		if (error.code !== "conflict" && error.code !== "not_found") throw error;
		if (repository.push || repository.isPrivate === true) return problem(error.message);
		return { kind: "public", hint: error.message };
	}
}

function problem(message: string): CloneAccess {
	return { kind: "problem", problem: { kind: "final", message } };
}
