import type { GithubOrganizationResponse } from "../../contract/github.ts";
import { githubNotConnected } from "./not-connected.ts";

export async function listGithubOrganizations(): Promise<{ data: GithubOrganizationResponse[] }> {
	throw githubNotConnected();
}
