import type { Actor } from "../domain/actor.ts";
import { type Database, dbCall } from "./database.ts";
import type { Prisma } from "./generated/client.ts";

export type MemberRow = Prisma.MemberGetPayload<{ include: { user: true } }> & { devboxCount: number };

/** The actor's own membership, with the workspace. */
export function getOwnMember(db: Database, actor: Actor) {
	return dbCall(() =>
		db.prisma.member.findUniqueOrThrow({
			where: { workspaceId_userId: { workspaceId: actor.workspaceId, userId: actor.userId } },
			include: { user: true, workspace: true },
		}),
	);
}

/** Logins of those who can raise a quota. */
export async function listAdminLogins(db: Database, actor: Actor): Promise<string[]> {
	const admins = await dbCall(() =>
		db.prisma.member.findMany({
			where: { workspaceId: actor.workspaceId, role: { in: ["owner", "admin"] }, user: { disabledAt: null } },
			include: { user: { select: { login: true } } },
			orderBy: { createdAt: "asc" },
		}),
	);
	return admins.map((member) => member.user.login);
}

/** The member who signs in with GitHub by this login (in any case of letters). */
export function findMemberByGithubLogin(db: Database, actor: Actor, githubLogin: string) {
	return dbCall(() =>
		db.prisma.member.findFirst({
			where: {
				workspaceId: actor.workspaceId,
				user: { login: githubLogin.toLowerCase(), githubId: { not: null } },
			},
			include: { user: { select: { disabledAt: true } } },
		}),
	);
}

export async function listMemberRows(db: Database, actor: Actor): Promise<MemberRow[]> {
	const [members, counts] = await dbCall(() =>
		Promise.all([
			db.prisma.member.findMany({
				where: { workspaceId: actor.workspaceId },
				include: { user: true },
				orderBy: { createdAt: "asc" },
			}),
			db.prisma.devbox.groupBy({
				by: ["ownerId"],
				where: { workspaceId: actor.workspaceId, state: { not: "destroyed" } },
				_count: true,
			}),
		]),
	);
	const countOf = new Map(counts.map((row) => [row.ownerId, row._count]));
	return members.map((member) => ({ ...member, devboxCount: countOf.get(member.userId) ?? 0 }));
}

/** Answers whether there is such a member. */
export async function setMemberQuota(
	db: Database,
	actor: Actor,
	o: { userId: string; devboxQuota: number | null },
): Promise<boolean> {
	const changed = await dbCall(() =>
		db.prisma.member.updateMany({
			where: { workspaceId: actor.workspaceId, userId: o.userId },
			data: { devboxQuota: o.devboxQuota },
		}),
	);
	return changed.count > 0;
}
