import type { Actor } from "../../domain/actor.ts";
import type { GithubDeps } from "../deps.ts";

/** To have none is what was asked for. `revokeGithubConnection` says what became of it at GitHub. */
export async function disconnectGithub({ github }: GithubDeps, actor: Actor): Promise<void> {
	await github.connections.disconnect(actor);
}
