import type { GithubDisconnectedResponse } from "../../contract/github.ts";
import type { Actor } from "../../domain/actor.ts";
import type { GithubDeps } from "../deps.ts";

export async function revokeGithubConnection(
	{ github }: GithubDeps,
	actor: Actor,
): Promise<GithubDisconnectedResponse> {
	const { problem } = await github.connections.disconnect(actor);
	return { is_revoked: problem === null, problem };
}
