import type { GithubOrganizationResponse } from "../../contract/github.ts";
import type { Actor } from "../../domain/actor.ts";
import type { GithubDeps } from "../deps.ts";

export async function listGithubOrganizations(
	{ github }: GithubDeps,
	actor: Actor,
): Promise<{ data: GithubOrganizationResponse[] }> {
	const organizations = await github.lists.organizations(actor);
	return { data: organizations.map(({ login, isGranted }) => ({ org_login: login, granted: isGranted })) };
}
