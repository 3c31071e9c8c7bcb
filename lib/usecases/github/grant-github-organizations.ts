import type { GithubGrantsResponse } from "../../contract/github.ts";
import type { Actor } from "../../domain/actor.ts";
import type { GithubDeps } from "../deps.ts";

/** Exactly those named are granted afterwards. */
export async function grantGithubOrganizations(
	{ github }: GithubDeps,
	{ userId, workspaceId }: Actor,
	{ body }: { body: { org_logins: string[] } },
): Promise<GithubGrantsResponse> {
	return { selected_count: await github.lists.grant({ userId, workspaceId, logins: body.org_logins }) };
}
