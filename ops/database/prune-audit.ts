/** The one way in which events leave the audit log: all that are older than so many days, by its operator, and told in the log. */
import type pg from "pg";
import { recordAudit } from "../../lib/db/audit-events.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { recordOperatorAudit } from "./operator-audit.ts";

/** The table's own trigger refuses younger ones, whoever asks. */
export const keptDaysMin = 30;
const rowsPerTransaction = 20_000;

/** Answers how many have gone. Killed in between, it has removed the oldest ones, and goes on when it is called again. */
export async function pruneAudit(client: pg.Client, o: { olderThanDays: number }): Promise<number> {
	if (!Number.isInteger(o.olderThanDays) || o.olderThanDays < keptDaysMin || o.olderThanDays > 36_500)
		throw new AppError({
			code: "invalid",
			message: `Say how many days are kept: a whole number, ${keptDaysMin} at the least.`,
		});
	const before = new Date(Date.now() - o.olderThanDays * 86_400_000);
	await recordOperatorAudit(client, { command: "prune-audit", words: [String(o.olderThanDays)] });
	let removed = 0;
	for (;;) {
		const count = await pruneSome(client, before);
		removed += count;
		if (count < rowsPerTransaction) return removed;
	}
}

/** Rows and the event that tells of them go in one transaction. */
async function pruneSome(client: pg.Client, before: Date): Promise<number> {
	await client.query("BEGIN");
	try {
		await client.query("SELECT set_config('devbox.audit_prune_before', $1, true)", [before.toISOString()]);
		const { rows } = await client.query<{ workspace_id: string }>(
			`DELETE FROM audit_events WHERE seq IN (SELECT seq FROM audit_events WHERE at < $1 ORDER BY seq LIMIT $2)
				RETURNING workspace_id`,
			[before, rowsPerTransaction],
		);
		const counts = new Map<string, number>();
		for (const { workspace_id: id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
		for (const [workspaceId, count] of counts)
			await recordAudit(client, {
				workspaceId,
				actor: { kind: "system", login: "operator" },
				action: "audit.prune",
				outcome: "success",
				detail: { before: before.toISOString(), count },
			});
		await client.query("COMMIT");
		return rows.length;
	} catch (error) {
		await client.query("ROLLBACK");
		throw error;
	}
}
