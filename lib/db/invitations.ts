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

/** GitHub logins do not tell upper from lower case: kept in lower case. Throws Prisma's P2002 for a login invited already. */
export function insertInvitation(db: Database, actor: Actor, o: { githubLogin: string; role: Role }) {
	return dbCall(() =>
		db.prisma.invitation.create({
			data: {
				id: newId("invitation"),
				workspaceId: actor.workspaceId,
				githubLogin: o.githubLogin.toLowerCase(),
				role: o.role,
				invitedBy: actor.login,
			},
		}),
	);
}

export async function deleteInvitationRow(db: Database, actor: Actor, id: string): Promise<boolean> {
	const gone = await dbCall(() =>
		db.prisma.invitation.deleteMany({ where: { id, workspaceId: actor.workspaceId, acceptedAt: null } }),
	);
	return gone.count > 0;
}
