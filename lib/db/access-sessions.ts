/** Access sessions: secrets that each open one box by SSH for a while. Callers hand in hashes: a secret never reaches the database. */
import { newId } from "../domain/ids.ts";
import { type Database, dbCall } from "./database.ts";
import { holdMakerTokens, type MakerTokens } from "./maker-tokens.ts";

type SessionDatabase = Pick<Database, "prisma">;

/** Rows are of use to nobody once they are this long past their end. */
const keptAfterEndMs = 7 * 24 * 60 * 60 * 1000;

/** Throws away what is long over of the same box on the way. Null when the box has `liveMax` in force already. */
export function insertAccessSession(
	db: SessionDatabase,
	o: {
		devboxId: string;
		userId: string;
		tokenHash: string;
		maker: MakerTokens;
		expiresAt: Date;
		liveMax: number;
	},
) {
	const { liveMax, maker, ...data } = o;
	const { devboxId } = data;
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const longOver = new Date(Date.now() - keptAfterEndMs);
			await tx.accessSession.deleteMany({
				where: { devboxId, OR: [{ expiresAt: { lt: longOver } }, { revokedAt: { lt: longOver } }] },
			});
			if ((await tx.accessSession.count({ where: { devboxId, ...inForce() } })) >= liveMax) return null;
			const makerEnds = await holdMakerTokens(tx, maker);
			const expiresAt = makerEnds && makerEnds < data.expiresAt ? makerEnds : data.expiresAt;
			return tx.accessSession.create({ data: { id: newId("accessSession"), ...data, ...maker, expiresAt } });
		}),
	);
}

export function listLiveAccessSessions(db: SessionDatabase, o: { devboxId: string; userId: string }) {
	return dbCall(() =>
		db.prisma.accessSession.findMany({ where: { ...o, ...inForce() }, orderBy: { createdAt: "desc" } }),
	);
}
export type AccessSessionRow = Awaited<ReturnType<typeof listLiveAccessSessions>>[number];

/** Ends it at once: a trigger tells every process. `tokenHash` or `id` names it. Answers whether there was one. */
export async function revokeAccessSession(
	db: SessionDatabase,
	o: { devboxId: string; userId: string } & ({ id: string } | { tokenHash: string }),
): Promise<boolean> {
	const changed = await dbCall(() =>
		db.prisma.accessSession.updateMany({ where: { ...o, ...inForce() }, data: { revokedAt: new Date() } }),
	);
	return changed.count > 0;
}

/** The session with its user, membership and box; null for none, revoked, expired, or a disabled user. */
export function findLiveAccessSession(db: SessionDatabase, tokenHash: string) {
	return dbCall(() =>
		db.prisma.accessSession.findFirst({
			where: { tokenHash, ...inForce(), user: { disabledAt: null } },
			include: {
				user: { include: { members: { include: { workspace: true } } } },
				devbox: { select: { id: true, workspaceId: true, ownerId: true } },
			},
		}),
	);
}
export type LiveAccessSession = NonNullable<Awaited<ReturnType<typeof findLiveAccessSession>>>;

export function touchAccessSession(db: SessionDatabase, id: string) {
	return dbCall(() => db.prisma.accessSession.updateMany({ where: { id }, data: { lastUsedAt: new Date() } }));
}

/** Whether the workspace asks for a registered key beside a session's secret. */
export async function workspaceRequiresSshKey(db: SessionDatabase, workspaceId: string): Promise<boolean> {
	const workspace = await dbCall(() =>
		db.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId }, select: { requireSshKey: true } }),
	);
	return workspace.requireSshKey;
}

function inForce() {
	return { revokedAt: null, expiresAt: { gt: new Date() } };
}
