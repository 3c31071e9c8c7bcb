/** git at the stand-in, as GitHub has it: by the tokens that it issued, of the repositories that it knows and whoever may see them. */
import { type GitAccess, openGitHttp } from "../git-http-server.ts";
import type { StandInGit } from "../github-stand-in.ts";
import { holderOf, permissionOf, type StandInState } from "./stand-in-state.ts";

/** `root`: bare repositories as `<owner>/<name>.git`. */
export function standInGit(root: string): StandInGit {
	return ({ state, request, response }) =>
		openGitHttp({ root, access: (asked) => accessOf(state, asked) })(request, response);
}

function accessOf(state: StandInState, { fullName, token }: { fullName: string; token: string | null }): GitAccess {
	const entry = state.repositories.get(fullName.toLowerCase());
	const holder = token === null ? null : holderOf(state, `Bearer ${token}`);
	if (token !== null && !holder) return "unauthenticated";
	if (!entry || (entry.isPrivate && holder && !holder.scopes.includes("repo"))) return "absent";
	const permission = permissionOf(state, entry, holder?.login ?? null);
	if (permission === "push") return "write";
	if (permission === "pull") return "read";
	return holder ? "absent" : "unauthenticated";
}
