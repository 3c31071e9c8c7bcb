/** Isolation reports: asked for by admins and by time, run by workers, read by admins. They are of hosts, not of a workspace. */
import type pg from "pg";
import { newId } from "../domain/ids.ts";
import {
	type AttemptResult,
	canaryOwner,
	canaryWorkspace,
	type IsolationCause,
	type IsolationStatus,
} from "../domain/isolation.ts";
import { type Database, dbCall } from "./database.ts";
import { type Queryable, queueRun } from "./run-journal.ts";

export type IsolationReportRow = {
	id: string;
	hostId: string;
	hostName: string;
	status: IsolationStatus;
	cause: IsolationCause;
	requestedBy: string | null;
	productVersion: string | null;
	engine: string | null;
	attempts: AttemptResult[];
	message: string | null;
	createdAt: Date;
	startedAt: Date | null;
	finishedAt: Date | null;
};

const columns = `r.id, r.host_id AS "hostId", h.name AS "hostName", r.status, r.cause, r.requested_by AS "requestedBy",
	r.product_version AS "productVersion", r.engine, r.attempts, r.message, r.created_at AS "createdAt",
	r.started_at AS "startedAt", r.finished_at AS "finishedAt"`;
/** Of all hosts: they are kept, and this many are shown. */
const shownMax = 200;

export async function listIsolationReportRows(db: Database): Promise<IsolationReportRow[]> {
	const text = `SELECT ${columns} FROM isolation_reports r JOIN hosts h ON h.id = r.host_id ORDER BY r.created_at DESC, r.id LIMIT ${shownMax}`;
	return (await dbCall(() => db.pool.query<IsolationReportRow>(text))).rows;
}

export async function findIsolationReport(db: Database, id: string): Promise<IsolationReportRow | null> {
	const text = `SELECT ${columns} FROM isolation_reports r JOIN hosts h ON h.id = r.host_id WHERE r.id = $1`;
	return (await dbCall(() => db.pool.query<IsolationReportRow>(text, [id]))).rows[0] ?? null;
}

/** One for each of the hosts that has none open; answers all that are open now. */
export async function requestIsolationReports(
	db: Database,
	o: { hostId: string | null; login: string },
): Promise<IsolationReportRow[]> {
	const { rows: hosts } = await dbCall(() =>
		db.pool.query<{ id: string }>("SELECT id FROM hosts WHERE $1::text IS NULL OR id = $1", [o.hostId]),
	);
	for (const { id: hostId } of hosts)
		await dbCall(() => openReport(db.pool, { hostId, cause: "requested", login: o.login }));
	const text = `SELECT ${columns} FROM isolation_reports r JOIN hosts h ON h.id = r.host_id
		WHERE r.status IN ('pending', 'running') AND r.host_id = ANY ($1) ORDER BY r.created_at, r.id`;
	return (await dbCall(() => db.pool.query<IsolationReportRow>(text, [hosts.map(({ id }) => id)]))).rows;
}

/** Nothing where the host has an open one. */
async function openReport(db: Queryable, o: { hostId: string; cause: IsolationCause; login: string | null }) {
	await db.query(
		`INSERT INTO isolation_reports (id, host_id, cause, requested_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		[newId("isolationReport"), o.hostId, o.cause, o.login],
	);
}

/** A host that is new gets its first report a day later. `setup`: hash of what its network is set up with now. */
export async function openDueReport(db: Queryable, o: { hostId: string; setup: string }): Promise<void> {
	const { rows } = await db.query<{ cause: IsolationCause | null }>(
		`WITH last AS (
			SELECT network_setup, finished_at FROM isolation_reports
			WHERE host_id = $1 AND finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1
		), settings AS (SELECT min(isolation_every_days) AS days FROM workspaces WHERE id <> $3)
		SELECT CASE
			WHEN (SELECT network_setup FROM last) <> $2 THEN 'network_change'
			WHEN (SELECT days FROM settings) IS NULL THEN NULL
			WHEN coalesce((SELECT finished_at FROM last) + (SELECT days FROM settings) * interval '1 day',
				h.created_at + interval '1 day') < now() THEN 'schedule' END AS cause
		FROM hosts h WHERE h.id = $1 AND h.status = 'online'`,
		[o.hostId, o.setup, canaryWorkspace.id],
	);
	const cause = rows[0]?.cause;
	if (cause) await openReport(db, { hostId: o.hostId, cause, login: null });
}

/** Makes the canary's row and its run, in one transaction. Nothing when the report was begun by another, or no image is there yet. */
export async function beginReport(pool: pg.Pool, o: { hostId: string; domains: readonly string[] }): Promise<void> {
	const client = await pool.connect();
	try {
		await client.query("BEGIN");
		const { rows } = await client.query<{ id: string; image: string | null; isFenced: boolean }>(
			`SELECT r.id, (SELECT ref FROM images WHERE name = 'builtin:base') AS image, h.fence_address IS NOT NULL AS "isFenced"
			FROM isolation_reports r JOIN hosts h ON h.id = r.host_id
			WHERE r.host_id = $1 AND r.status = 'pending' FOR UPDATE OF r SKIP LOCKED`,
			[o.hostId],
		);
		const report = rows[0];
		if (report?.image) {
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
		}
		await client.query("COMMIT");
	} catch (error) {
		await client.query("ROLLBACK");
		throw error;
	} finally {
		client.release();
	}
}

/** Those whose run ended without a result: they say why. Answers them. */
export async function closeLostReports(db: Queryable): Promise<{ id: string; hostName: string; message: string }[]> {
	const { rows } = await db.query<{ id: string; hostName: string; message: string }>(
		`UPDATE isolation_reports r SET status = 'error', finished_at = now(), message = coalesce(
			(SELECT o.message FROM operations o WHERE o.devbox_id = r.devbox_id AND o.status = 'failed' LIMIT 1), 'The audit ended without a result.')
		FROM hosts h WHERE h.id = r.host_id AND r.status = 'running' AND NOT EXISTS (
			SELECT 1 FROM runs WHERE runs.devbox_id = r.devbox_id AND runs.status IN ('pending', 'running'))
		RETURNING r.id, h.name AS "hostName", r.message`,
	);
	return rows;
}

export async function writeReport(
	db: Queryable,
	o: {
		devboxId: string;
		status: "passed" | "failed";
		attempts: readonly AttemptResult[];
		engine: string;
		productVersion: string;
		setup: string;
	},
): Promise<string | null> {
	const { rows } = await db.query<{ id: string }>(
		`UPDATE isolation_reports SET status = $2, attempts = $3::jsonb, engine = $4, product_version = $5, network_setup = $6, finished_at = now()
		WHERE devbox_id = $1 AND status = 'running' RETURNING id`,
		[o.devboxId, o.status, JSON.stringify(o.attempts), o.engine, o.productVersion, o.setup],
	);
	return rows[0]?.id ?? null;
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

export async function workspaceIds(db: Queryable): Promise<string[]> {
	const { rows } = await db.query<{ id: string }>("SELECT id FROM workspaces WHERE id <> $1", [canaryWorkspace.id]);
	return rows.map(({ id }) => id);
}
