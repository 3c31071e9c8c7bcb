import type { InvitationLinkResponse } from "../../contract/invitation-links.ts";
import { type InvitationLinkRow, listInvitationLinkRows } from "../../db/invitation-links.ts";
import type { Actor, Role } from "../../domain/actor.ts";
import { invitationLinkStatus } from "../../domain/invitation-link.ts";
import type { Deps } from "../deps.ts";
import { toUserSummary } from "../devboxes/devbox-response.ts";
import { type Page, type PageQuery, takePage } from "../page.ts";

export async function listInvitationLinks(
	{ db }: Deps,
	actor: Actor,
	input: { query: PageQuery },
): Promise<Page<InvitationLinkResponse>> {
	const rows = await listInvitationLinkRows(db, actor);
	const page = takePage(rows, input.query, { order: "newest", placeOf: (row) => row });
	return { data: page.rows.map(toInvitationLinkResponse), next_cursor: page.nextCursor };
}

export function toInvitationLinkResponse(row: InvitationLinkRow): InvitationLinkResponse {
	return {
		id: row.id,
		role: row.role as Role,
		status: invitationLinkStatus(row, new Date()),
		uses_max: row.usesMax,
		uses_left: row.usesMax - row.useCount,
		invited_by: toUserSummary(row.inviter),
		created_at: row.createdAt.toISOString(),
		expires_at: row.expiresAt.toISOString(),
		used_by: row.uses.map(({ user, usedAt }) => ({ user: toUserSummary(user), used_at: usedAt.toISOString() })),
	};
}
