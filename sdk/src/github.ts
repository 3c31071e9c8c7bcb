/** Your GitHub account, connected once: its repositories, organisations and SSH keys. */
import type { DevboxApi } from "./api-types.ts";
import { isDevboxError } from "./devbox-error.ts";
import type {
	GithubBranches,
	GithubConnect,
	GithubConnection,
	GithubDisconnected,
	GithubOrganization,
	GithubRepository,
	GithubSshKey,
	SshKey,
} from "./generated/api.ts";

export class Github {
	readonly #api: DevboxApi;

	constructor(api: DevboxApi) {
		this.#api = api;
	}

	/** Begins to connect: open `authorize_url` in a browser. Afterwards it goes to `returnUrl`, with `github=connected` or `failed`. */
	connect(returnUrl: string): Promise<GithubConnect> {
		return this.#api.connectGithub({ return_url: returnUrl });
	}

	/** Null while no account is connected. */
	async connection(): Promise<GithubConnection | null> {
		try {
			return await this.#api.getGithubConnection({});
		} catch (error) {
			if (isDevboxError(error) && error.code === "not_found") return null;
			throw error;
		}
	}

	/** Revokes at GitHub and deletes here; the answer says whether GitHub was told. */
	disconnect(): Promise<GithubDisconnected> {
		return this.#api.revokeGithubConnection({});
	}

	/** Those whose names hold `query`, all of them unless told. */
	async repositories(o: { query?: string } = {}): Promise<GithubRepository[]> {
		return (await this.#api.listGithubRepositories(o)).data;
	}

	/** `repository`: org/repo. The default branch comes first. */
	async branches(repository: string, o: { query?: string } = {}): Promise<GithubBranches["data"]> {
		return (await this.#api.listGithubBranches({ repository, ...o })).data;
	}

	async organizations(): Promise<GithubOrganization[]> {
		return (await this.#api.listGithubOrganizations({})).data;
	}

	/** Exactly these organisations are granted from here on. Answers how many. */
	async grant(logins: string[]): Promise<number> {
		return (await this.#api.grantGithubOrganizations({ org_logins: logins })).selected_count;
	}

	/** The account's public SSH keys, each with whether it can be imported. */
	async sshKeys(): Promise<GithubSshKey[]> {
		return (await this.#api.listGithubSshKeys({})).data;
	}

	/** Registers keys of the account by their fingerprints; answers those that are new. */
	async importSshKeys(fingerprints: string[]): Promise<SshKey[]> {
		return (await this.#api.importGithubSshKeys({ fingerprints })).data;
	}
}
