/** Members' GitHub accounts. Tokens come in sealed and go out sealed; every change of them is one more version. */
import { type Database, dbCall } from "./database.ts";

type GithubDatabase = Pick<Database, "prisma">;
export type Membership = { workspaceId: string; userId: string };

export function findGithubConnection(db: GithubDatabase, { workspaceId, userId }: Membership) {
	return dbCall(() =>
		db.prisma.githubConnection.findUnique({
			where: { workspaceId_userId: { workspaceId, userId } },
			include: { grants: { orderBy: { orgLogin: "asc" } } },
		}),
	);
}
export type GithubConnectionRow = NonNullable<Awaited<ReturnType<typeof findGithubConnection>>>;

/** Answers whether this very version was still there. */
export async function replaceGithubTokens(
	db: GithubDatabase,
	o: { id: string; version: number; tokens: Uint8Array<ArrayBuffer>; accessExpiresAt: Date | null },
): Promise<boolean> {
	const { count } = await dbCall(() =>
		db.prisma.githubConnection.updateMany({
			where: { id: o.id, version: o.version },
			data: {
				tokens: o.tokens,
				version: o.version + 1,
				accessExpiresAt: o.accessExpiresAt,
				refreshingUntil: null,
			},
		}),
	);
	return count > 0;
}

/**
 * The right to refresh this version of the tokens, for `leaseMs`: of all processes one gets it, and no transaction is held while GitHub
 * is asked. Answers whether it was got.
 */
export async function leaseGithubRefresh(
	db: GithubDatabase,
	o: { id: string; version: number; leaseMs: number; now: Date },
): Promise<boolean> {
	const { count } = await dbCall(() =>
		db.prisma.githubConnection.updateMany({
			where: { id: o.id, version: o.version, OR: [{ refreshingUntil: null }, { refreshingUntil: { lt: o.now } }] },
			data: { refreshingUntil: new Date(o.now.getTime() + o.leaseMs) },
		}),
	);
	return count > 0;
}

export function endGithubRefresh(db: GithubDatabase, o: { id: string; version: number }) {
	return dbCall(() =>
		db.prisma.githubConnection.updateMany({ where: { id: o.id, version: o.version }, data: { refreshingUntil: null } }),
	);
}

/** Tokens of this version do not work any more; of another version nothing is known. */
export function markGithubReconnect(db: GithubDatabase, o: { id: string; version: number; reason: string }) {
	return dbCall(() =>
		db.prisma.githubConnection.updateMany({
			where: { id: o.id, version: o.version },
			data: { status: "reconnect", statusReason: o.reason, refreshingUntil: null },
		}),
	);
}
