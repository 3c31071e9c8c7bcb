import { type GithubConnectionResponse, githubConnectionStatuses } from "../../contract/github.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { GithubDeps } from "../deps.ts";

/** As it is known here: GitHub is not asked. Throws `not_found` while no account is connected. */
export async function getGithubConnection({ github }: GithubDeps, actor: Actor): Promise<GithubConnectionResponse> {
	const row = await github.connections.find(actor);
	if (!row) throw new AppError({ code: "not_found", message: "No GitHub account is connected." });
	const isOther = row.githubUrl !== github.setup.baseUrl;
	const status = githubConnectionStatuses.find((known) => known === row.status) ?? "reconnect";
	return {
		github_login: row.githubLogin,
		github_user_id: Number(row.githubUserId),
		connected_at: row.connectedAt.toISOString(),
		status: isOther ? "reconnect" : status,
		status_reason: isOther
			? `It is a connection to ${row.githubUrl}, and this server uses another GitHub now.`
			: row.statusReason,
		github_url: row.githubUrl,
		scopes: row.scopes,
		linked_sign_in: row.linkedSignIn,
	};
}
