/** Invitation links, as the admins of a workspace see them. How one is used stands in lib/auth/github-sign-in.ts. */
import type { Actor, Role } from "../domain/actor.ts";
import { newId } from "../domain/ids.ts";
import { invitationLinkBounds, mayInviteAs } from "../domain/invitation-link.ts";
import { type Database, dbCall } from "./database.ts";

const withPeople = {
	inviter: true,
	uses: { include: { user: true }, orderBy: { usedAt: "asc" } },
} as const;

/** Open ones, and ended ones until the worker drops them. */
export function listInvitationLinkRows(db: Database, actor: Actor) {
	const { workspaceId } = actor;
	return dbCall(() => db.prisma.invitationLink.findMany({ where: { workspaceId }, include: withPeople }));
}

export type InvitationLinkRow = Awaited<ReturnType<typeof listInvitationLinkRows>>[number];

type NewLink = { tokenHash: string; role: Role; usesMax: number; expiresAt: Date };

/**
 * The maker's membership is held while the link is written: whoever loses the right to it at that moment loses the link as well.
 * Answers why not where it may not be made.
 */
export function insertInvitationLink(
	db: Database,
	actor: Actor,
	link: NewLink,
): Promise<InvitationLinkRow | "forbidden" | "too_many"> {
	const { workspaceId, userId } = actor;
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const [maker] = await tx.$queryRaw<{ role: Role }[]>`
				SELECT m.role FROM members m JOIN users u ON u.id = m.user_id
				WHERE m.workspace_id = ${workspaceId} AND m.user_id = ${userId} AND u.disabled_at IS NULL FOR SHARE`;
			if (!maker || !mayInviteAs(maker.role, link.role)) return "forbidden";
			const { fields } = tx.invitationLink;
			const open = { endReason: null, expiresAt: { gt: new Date() }, useCount: { lt: fields.usesMax } };
			const openCount = await tx.invitationLink.count({ where: { workspaceId, ...open } });
			if (openCount >= invitationLinkBounds.openMax) return "too_many";
			return tx.invitationLink.create({
				data: { id: newId("invitationLink"), workspaceId, inviterId: userId, ...link },
				include: withPeople,
			});
		}),
	);
}

/** False when there is no open one of this id in the workspace. */
export async function revokeInvitationLinkRow(db: Database, actor: Actor, id: string): Promise<boolean> {
	const { fields } = db.prisma.invitationLink;
	const revoked = await dbCall(() =>
		db.prisma.invitationLink.updateMany({
			where: {
				id,
				workspaceId: actor.workspaceId,
				endReason: null,
				expiresAt: { gt: new Date() },
				useCount: { lt: fields.usesMax },
			},
			data: { endReason: "revoked" },
		}),
	);
	return revoked.count > 0;
}
