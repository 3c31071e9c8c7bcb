import type { GithubRepositoryList } from "../../contract/github.ts";
import type { Actor } from "../../domain/actor.ts";
import { compareNames } from "../../github/github-lists.ts";
import type { GithubDeps } from "../deps.ts";
import { badCursor } from "../page.ts";

type Asked = { query: { query?: string; limit?: number; cursor?: string } };

/** By name, so that a cursor (the last name of the page before) holds whatever is added or removed meanwhile. */
export async function listGithubRepositories(
	{ github }: GithubDeps,
	actor: Actor,
	{ query }: Asked,
): Promise<GithubRepositoryList> {
	const after = query.cursor === undefined ? null : readNameCursor(query.cursor);
	const { repositories, isCut } = await github.lists.repositories(actor);
	const wanted = (query.query ?? "").trim().toLowerCase();
	const matching = repositories.filter(
		(repository) =>
			repository.full_name.toLowerCase().includes(wanted) &&
			(after === null || compareNames(repository.full_name, after) > 0),
	);
	const page = matching.slice(0, query.limit ?? matching.length);
	const last = page.at(-1);
	return {
		data: page.map((repository) => ({
			repo_id: repository.id,
			full_name: repository.full_name,
			default_branch: repository.default_branch,
			private: repository.private,
			granted: true,
			can_push: repository.permissions?.push ?? false,
		})),
		next_cursor: last && page.length < matching.length ? Buffer.from(last.full_name).toString("base64url") : null,
		is_cut: isCut,
	};
}

function readNameCursor(cursor: string): string {
	const name = Buffer.from(cursor, "base64url").toString("utf8");
	if (Buffer.from(name).toString("base64url") === cursor && name !== "") return name;
	throw badCursor();
}
