/** Isolation audits as workers carry them out: opened when they are due, begun, and ended with a result or without one. */
import type pg from "pg";
import type { AuditOutcome } from "../domain/audit.ts";
import { newId } from "../domain/ids.ts";
import {
	type AttemptResult,
	canaryOwner,
	canaryWorkspace,
	countResults,
	type IsolationCause,
} from "../domain/isolation.ts";
import { firstAuditDays, retryDays } from "../domain/isolation-standing.ts";
import { recordAudit } from "./audit-events.ts";
import { inTransaction } from "./in-transaction.ts";
import { everyDaysSql, openReport } from "./isolation-reports.ts";
import { type Queryable, queueRun } from "./run-journal.ts";
import { workspaceIds } from "./workspaces.ts";

/**
 * By time since the last result, or because the set-up is another one than that result was of. One that ended without a result is
 * tried again a day later. `setup`: hash of what the host's network is set up with now.
 */
export async function openDueReport(db: Queryable, o: { hostId: string; setup: string; now: Date }): Promise<void> {
	const { rows } = await db.query<{ cause: IsolationCause | null }>(
		`WITH result AS (
			SELECT network_setup, finished_at FROM isolation_reports
			WHERE host_id = $2 AND status IN ('passed', 'failed') ORDER BY finished_at DESC LIMIT 1
		), lost AS (
			SELECT max(finished_at) AS at FROM isolation_reports
			WHERE host_id = $2 AND status = 'error' AND finished_at > coalesce((SELECT finished_at FROM result), '-infinity')
		)
		SELECT CASE
			WHEN (SELECT at FROM lost) > $4::timestamptz - interval '${retryDays} day' THEN NULL
			WHEN (SELECT network_setup FROM result) <> $3 THEN 'network_change'
			WHEN ${everyDaysSql} IS NULL THEN NULL
			WHEN coalesce((SELECT finished_at FROM result) + ${everyDaysSql} * interval '1 day',
				h.created_at + interval '${firstAuditDays} day') < $4 THEN 'schedule' END AS cause
		FROM hosts h WHERE h.id = $2 AND h.status = 'online'`,
		[canaryWorkspace.id, o.hostId, o.setup, o.now],
	);
	const cause = rows[0]?.cause;
	if (cause) await openReport(db, { hostId: o.hostId, cause, login: null });
}

/** Makes the canary's row and its run, in one transaction. Nothing when the report was begun by another, or no image is there yet. */
export async function beginReport(pool: pg.Pool, o: { hostId: string; domains: readonly string[] }): Promise<void> {
	await inTransaction(pool, async (client) => {
		const { rows } = await client.query<{ id: string; image: string | null; isFenced: boolean }>(
			`SELECT r.id, (SELECT ref FROM images WHERE name = 'builtin:base') AS image, h.fence_address IS NOT NULL AS "isFenced"
			FROM isolation_reports r JOIN hosts h ON h.id = r.host_id
			WHERE r.host_id = $1 AND r.status = 'pending' FOR UPDATE OF r SKIP LOCKED`,
			[o.hostId],
		);
		const report = rows[0];
		if (!report?.image) return;
		const devboxId = newId("devbox");
		await client.query(
			"INSERT INTO workspaces (id, name, isolation_every_days) VALUES ($1, $2, NULL) ON CONFLICT DO NOTHING",
			[canaryWorkspace.id, canaryWorkspace.name],
		);
		await client.query("INSERT INTO users (id, login) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
			canaryOwner.id,
			canaryOwner.login,
		]);
		await client.query(
			`INSERT INTO devboxes (id, workspace_id, owner_id, name, image, image_ref, size, vcpus, memory_mib, disk_gib, host_id, network_mode, network_domains)
			VALUES ($1, $2, $3, $4, 'builtin:base', $5, 's', 2, 2048, 10, $6, $7, $8)`,
			[
				devboxId,
				canaryWorkspace.id,
				canaryOwner.id,
				`canary-${devboxId.slice(4, 12)}`,
				report.image,
				o.hostId,
				report.isFenced ? "enforce" : "open",
				report.isFenced ? o.domains : [],
			],
		);
		await queueRun(client, { devboxId, pipeline: "audit-isolation", whileStates: ["requested"] });
		await client.query(
			"UPDATE isolation_reports SET status = 'running', devbox_id = $2, started_at = now() WHERE id = $1",
			[report.id, devboxId],
		);
	});
}

/** Whether the canary's report waits for its result: a worker that died may have written it. */
export async function isReportOpen(db: Queryable, o: { devboxId: string }): Promise<boolean> {
	const { rowCount } = await db.query("SELECT 1 FROM isolation_reports WHERE devbox_id = $1 AND status = 'running'", [
		o.devboxId,
	]);
	return rowCount === 1;
}

/** Those whose run ended without a result say why, also in every workspace's audit log. Answers them. */
export async function closeLostReports(pool: pg.Pool): Promise<{ id: string; hostName: string; message: string }[]> {
	return inTransaction(pool, async (client) => {
		const { rows } = await client.query<{ id: string; hostName: string; message: string }>(
			`UPDATE isolation_reports r SET status = 'error', finished_at = now(), message = coalesce(
				(SELECT o.message FROM operations o WHERE o.devbox_id = r.devbox_id AND o.status = 'failed' LIMIT 1), 'The audit ended without a result.')
			FROM hosts h WHERE h.id = r.host_id AND r.status = 'running' AND NOT EXISTS (
				SELECT 1 FROM runs WHERE runs.devbox_id = r.devbox_id AND runs.status IN ('pending', 'running'))
			RETURNING r.id, h.name AS "hostName", r.message`,
		);
		for (const { id, hostName, message } of rows)
			await tellWorkspaces(client, { reportId: id, hostName, outcome: "failed", detail: { message } });
		return rows;
	});
}

export type AuditEnd = {
	devboxId: string;
	hostName: string;
	attempts: readonly AttemptResult[];
	engine: string;
	productVersion: string;
	setup: string;
};

/** The result, and what every workspace's audit log says of it: both or neither. Nothing when it has a result already. */
export async function writeReport(
	pool: pg.Pool,
	o: AuditEnd & { status: "passed" | "failed"; failures: readonly string[] },
): Promise<void> {
	const { passed, failed, notTried } = countResults(o.attempts);
	await inTransaction(pool, async (client) => {
		const { rows } = await client.query<{ id: string }>(
			`UPDATE isolation_reports SET status = $2, attempts = $3::jsonb, passed = $4, failed = $5, not_tried = $6, engine = $7,
				product_version = $8, network_setup = $9, finished_at = now()
			WHERE devbox_id = $1 AND status = 'running' RETURNING id`,
			[
				...[o.devboxId, o.status, JSON.stringify(o.attempts), passed, failed, notTried],
				...[o.engine, o.productVersion, o.setup],
			],
		);
		const report = rows[0];
		if (!report) return;
		await tellWorkspaces(client, {
			reportId: report.id,
			hostName: o.hostName,
			outcome: o.status === "passed" ? "success" : "failed",
			detail: { passed, failed, not_tried: notTried, failures: o.failures.slice(0, 50) },
		});
	});
}

export async function setCanaryPolicy(
	db: Queryable,
	o: { devboxId: string; mode: string; domains: readonly string[] },
) {
	await db.query("UPDATE devboxes SET network_mode = $2, network_domains = $3 WHERE id = $1", [
		o.devboxId,
		o.mode,
		o.domains,
	]);
}

/** A host serves every workspace. */
async function tellWorkspaces(
	client: Queryable,
	o: {
		reportId: string;
		hostName: string;
		outcome: AuditOutcome;
		detail: Record<string, string | number | readonly string[]>;
	},
): Promise<void> {
	for (const workspaceId of await workspaceIds(client))
		await recordAudit(client, {
			workspaceId,
			actor: { kind: "system" },
			action: "isolation.audit",
			target: { kind: "isolation_report", id: o.reportId, name: o.hostName },
			outcome: o.outcome,
			detail: o.detail,
		});
}
