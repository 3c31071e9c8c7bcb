import type { GithubConnectResponse } from "../../contract/github.ts";
import type { Actor } from "../../domain/actor.ts";
import type { GithubDeps } from "../deps.ts";

/** A flow that a signed-in browser begins must be finished by a browser of the same person; a program's is asked for (see the gateway). */
export async function connectGithub(
	{ github }: GithubDeps,
	actor: Actor,
	{ body }: { body: { return_url: string } },
): Promise<GithubConnectResponse> {
	const { workspaceId, userId } = actor;
	const { authorizeUrl, state, expiresAt } = await github.flow.begin({
		workspaceId,
		userId,
		credentialKind: actor.kind === "session" ? "session" : "token",
		returnUrl: body.return_url,
	});
	return { authorize_url: authorizeUrl, state, expires_at: expiresAt.toISOString() };
}
