import type { GithubGrantsResponse } from "../../contract/github.ts";
import { githubNotConnected } from "./not-connected.ts";

export async function grantGithubOrganizations(): Promise<GithubGrantsResponse> {
	throw githubNotConnected();
}
