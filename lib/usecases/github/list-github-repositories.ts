import type { GithubRepositoryResponse } from "../../contract/github.ts";
import { githubNotConnected } from "./not-connected.ts";

export async function listGithubRepositories(): Promise<{ data: GithubRepositoryResponse[] }> {
	throw githubNotConnected();
}
