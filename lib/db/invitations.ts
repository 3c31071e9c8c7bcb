import type { Actor, Role } from "../domain/actor.ts";
import { newId } from "../domain/ids.ts";
import { type Database, dbCall } from "./database.ts";

/** Invitations that nobody has taken up yet. */
export function listInvitationRows(db: Database, actor: Actor) {
	return dbCall(() =>
		db.prisma.invitation.findMany({
			where: { workspaceId: actor.workspaceId, acceptedAt: null },
			orderBy: { createdAt: "desc" },
		}),
	);
}

/**
 * GitHub logins do not tell upper from lower case: kept in lower case. An invitation of this login that was taken up earlier makes
 * room: its user may be gone, or the login may have changed hands. Throws Prisma's P2002 while one is open.
 */
export function insertInvitation(db: Database, actor: Actor, o: { githubLogin: string; role: Role }) {
	const githubLogin = o.githubLogin.toLowerCase();
	const { workspaceId } = actor;
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			await tx.invitation.deleteMany({ where: { workspaceId, githubLogin, acceptedAt: { not: null } } });
			return tx.invitation.create({
				data: { id: newId("invitation"), workspaceId, githubLogin, role: o.role, invitedBy: actor.login },
			});
		}),
	);
}

export async function deleteInvitationRow(db: Database, actor: Actor, id: string): Promise<boolean> {
	const gone = await dbCall(() =>
		db.prisma.invitation.deleteMany({ where: { id, workspaceId: actor.workspaceId, acceptedAt: null } }),
	);
	return gone.count > 0;
}
