import type { InvitationResponse } from "../../contract/workspace.ts";
import { listInvitationRows } from "../../db/invitations.ts";
import type { Actor, Role } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { type Page, type PageQuery, takePage } from "../page.ts";

type InvitationRow = Awaited<ReturnType<typeof listInvitationRows>>[number];

export async function listInvitations(
	{ db }: Deps,
	actor: Actor,
	input: { query: PageQuery },
): Promise<Page<InvitationResponse>> {
	const rows = await listInvitationRows(db, actor);
	const page = takePage(rows, input.query, { order: "newest", placeOf: (row) => row });
	return { data: page.rows.map(toInvitationResponse), next_cursor: page.nextCursor };
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
