import type { InvitationResponse } from "../../contract/workspace.ts";
import { listInvitationRows } from "../../db/invitations.ts";
import type { Actor, Role } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";

type InvitationRow = Awaited<ReturnType<typeof listInvitationRows>>[number];

export async function listInvitations({ db }: Deps, actor: Actor): Promise<{ data: InvitationResponse[] }> {
	return { data: (await listInvitationRows(db, actor)).map(toInvitationResponse) };
}

export function toInvitationResponse(row: InvitationRow): InvitationResponse {
	return {
		id: row.id,
		github_login: row.githubLogin,
		role: row.role as Role,
		invited_by: row.invitedBy,
		created_at: row.createdAt.toISOString(),
	};
}
