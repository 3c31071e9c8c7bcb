/** Tokens of members who are gone, sealed, until GitHub was told that they end: a row that waits, and is tried again. */
import { type Database, dbCall } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import type { Queryable } from "./run-journal.ts";

type Rows = Pick<Database, "prisma">;

/** Whoever removes the member asks GitHub at once: the first try of a worker is for when that came to nothing. */
const firstPauseMs = 60_000;

/** With the membership goes the connection: what is to be revoked is put aside before, as it is sealed. */
export async function keepForRevocation(
	tx: Prisma.TransactionClient,
	o: { workspaceId: string; userId: string },
): Promise<void> {
	const dueAt = new Date(Date.now() + firstPauseMs);
	await tx.$executeRaw`
		INSERT INTO github_revocations (id, workspace_id, user_id, login, github_url, tokens, version, access_expires_at, due_at)
		SELECT c.id, c.workspace_id, c.user_id, u.login, c.github_url, c.tokens, c.version, c.access_expires_at, ${dueAt}
		FROM github_connections c JOIN users u ON u.id = c.user_id
		WHERE c.workspace_id = ${o.workspaceId} AND c.user_id = ${o.userId}`;
}

export function listDueRevocations(db: Rows, o: { now: Date; limit: number }) {
	const where = { dueAt: { lte: o.now } };
	return dbCall(() => db.prisma.githubRevocation.findMany({ where, orderBy: { dueAt: "asc" }, take: o.limit }));
}
export type GithubRevocationRow = Awaited<ReturnType<typeof listDueRevocations>>[number];

export async function postponeRevocation(db: Rows, o: { id: string; dueAt: Date }): Promise<void> {
	const { id, dueAt } = o;
	await dbCall(() =>
		db.prisma.githubRevocation.updateMany({ where: { id }, data: { dueAt, tries: { increment: 1 } } }),
	);
}

/** What the connection of this id left behind; null for nothing. */
export function findRevocation(db: Rows, id: string): Promise<GithubRevocationRow | null> {
	return dbCall(() => db.prisma.githubRevocation.findUnique({ where: { id } }));
}

/** One more version. Answers whether this very one was still there. */
export async function replaceRevocationTokens(
	db: Rows,
	o: { id: string; version: number; tokens: Uint8Array<ArrayBuffer>; accessExpiresAt: Date | null },
): Promise<boolean> {
	const { id, version, tokens, accessExpiresAt } = o;
	const { count } = await dbCall(() =>
		db.prisma.githubRevocation.updateMany({
			where: { id, version },
			data: { tokens, version: version + 1, accessExpiresAt },
		}),
	);
	return count > 0;
}

/**
 * It is done, or given up: nothing of the token stays. Of this version alone: a refresh may have put another one in place before.
 * Answers whether it was still there. Takes a client as well, so that the event that tells of it stands in the same transaction.
 */
export async function deleteRevocation(db: Queryable, o: { id: string; version: number }): Promise<boolean> {
	const text = "DELETE FROM github_revocations WHERE id = $1 AND version = $2";
	const { rowCount } = await dbCall(() => db.query(text, [o.id, o.version]));
	return (rowCount ?? 0) > 0;
}
