/** What the rest of the product asks of a person's GitHub account. `lib/github` implements it, and is handed in at composition. */
import type { SecretText } from "./secret-text.ts";

type Person = { userId: string; workspaceId: string };

/** As GitHub told it just now, with that person's own token. */
export type GithubRepositoryAccess = {
	repoId: number;
	/** As it is called today: a renamed repository is found by its old name. */
	fullName: string;
	/** https, without a credential in it. */
	cloneUrl: string;
	isPrivate: boolean;
	defaultBranch: string;
	canPush: boolean;
	/** The person's access token. For requests of ours to GitHub alone: never into a box, an argument list, a log or an answer. */
	token: SecretText;
};

export type GithubBranches = {
	branches: { name: string; isDefault: boolean }[];
	/** There are more; a query finds them by how they begin. */
	isCut: boolean;
};

/**
 * All throw AppError: `conflict` while no account is connected, or it must be connected again; `not_found` for a repository that is
 * gone, that this account cannot see, or whose organisation was not granted; `unavailable` while GitHub is down, slow or limits us.
 */
export interface GithubAccess {
	repository(o: Person & { fullName: string; signal?: AbortSignal }): Promise<GithubRepositoryAccess>;
	branches(o: Person & { fullName: string; query?: string; signal?: AbortSignal }): Promise<GithubBranches>;
}
