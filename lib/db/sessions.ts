/** Signed-in browsers. Callers hand in hashes: a token itself never reaches the database. */
import { newId } from "../domain/ids.ts";
import { type Database, dbCall } from "./database.ts";

type SessionDatabase = Pick<Database, "prisma">;

export function insertSession(
	db: SessionDatabase,
	o: { tokenHash: string; userId: string; method: string; userAgent: string | null; expiresAt: Date },
) {
	return dbCall(() => db.prisma.session.create({ data: { id: newId("session"), ...o } }));
}

/** The live session with its user and membership; null for none, revoked, expired, or a disabled user. */
export function findLiveSession(db: SessionDatabase, tokenHash: string) {
	return dbCall(() =>
		db.prisma.session.findFirst({
			where: { tokenHash, revokedAt: null, expiresAt: { gt: new Date() }, user: { disabledAt: null } },
			include: { user: { include: { members: { orderBy: { createdAt: "asc" }, take: 1 } } } },
		}),
	);
}
export type LiveSession = NonNullable<Awaited<ReturnType<typeof findLiveSession>>>;

export function touchSession(db: SessionDatabase, id: string) {
	return dbCall(() => db.prisma.session.updateMany({ where: { id }, data: { lastUsedAt: new Date() } }));
}

export function listLiveSessions(db: SessionDatabase, userId: string) {
	return dbCall(() =>
		db.prisma.session.findMany({
			where: { userId, revokedAt: null, expiresAt: { gt: new Date() } },
			orderBy: { lastUsedAt: "desc" },
		}),
	);
}

/** Ends it at once: a trigger tells every process. Answers whether there was one. */
export async function revokeSessionRow(db: SessionDatabase, o: { id: string; userId: string }): Promise<boolean> {
	const changed = await dbCall(() =>
		db.prisma.session.updateMany({ where: { ...o, revokedAt: null }, data: { revokedAt: new Date() } }),
	);
	return changed.count > 0;
}
