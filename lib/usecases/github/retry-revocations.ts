/**
 * Tells GitHub, again and later each time, that the tokens of members who are gone shall end. What it says stands in the audit log; after a
 * day nobody holds the token here any more, whatever GitHub said.
 */
import { recordAudit } from "../../db/audit-events.ts";
import type { Database } from "../../db/database.ts";
import {
	deleteRevocation,
	type GithubRevocationRow,
	listDueRevocations,
	postponeRevocation,
} from "../../db/github-revocations.ts";
import { inTransaction } from "../../db/in-transaction.ts";
import type { GithubConnections } from "../../github/github-connection.ts";

const atOnceMax = 20;
const firstPauseMs = 60_000;
const longestPauseMs = 60 * 60_000;
const keptMs = 24 * 60 * 60_000;

type RetryInput = { db: Database; connections: Pick<GithubConnections, "revoke">; now?: Date };

export async function retryRevocations(o: RetryInput): Promise<void> {
	const { now = new Date() } = o;
	for (const row of await listDueRevocations(o.db, { now, limit: atOnceMax })) await retry({ ...o, now }, row);
}

async function retry({ db, connections, now }: Required<RetryInput>, row: GithubRevocationRow): Promise<void> {
	const { why, version } = await connections.revoke(row);
	const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(row.tries, 20));
	const isOver = now.getTime() + pauseMs > row.createdAt.getTime() + keptMs;
	if (why !== null && !isOver) return postponeRevocation(db, { id: row.id, dueAt: new Date(now.getTime() + pauseMs) });
	await inTransaction(db.pool, async (client) => {
		// Whoever deletes it tells of it: another process may have been first.
		if (!(await deleteRevocation(client, { id: row.id, version }))) return;
		await recordAudit(client, {
			workspaceId: row.workspaceId,
			actor: { kind: "system" },
			action: "github.disconnect",
			target: { kind: "user", id: row.userId, name: row.login },
			outcome: why === null ? "success" : "failed",
			detail: { cause: "member.remove", is_revoked: why === null, tries: row.tries + 1, ...(why && { problem: why }) },
		});
	});
}
