/** Isolation reports, asked for and read by admins. They are of hosts, not of a workspace; workers write them (isolation-audits.ts). */
import { newId } from "../domain/ids.ts";
import { type AttemptResult, canaryWorkspace, type IsolationCause, type IsolationStatus } from "../domain/isolation.ts";
import type { HostAudits } from "../domain/isolation-standing.ts";
import { type Database, dbCall } from "./database.ts";
import type { Queryable } from "./run-journal.ts";

export type IsolationReportRow = {
	id: string;
	hostId: string;
	hostName: string;
	status: IsolationStatus;
	cause: IsolationCause;
	requestedBy: string | null;
	productVersion: string | null;
	engine: string | null;
	passed: number;
	failed: number;
	notTried: number;
	/** Why it ended without a result, or what an open one does and waits for. */
	message: string | null;
	createdAt: Date;
	startedAt: Date | null;
	finishedAt: Date | null;
};

const columns = `r.id, r.host_id AS "hostId", h.name AS "hostName", r.status, r.cause, r.requested_by AS "requestedBy",
	r.product_version AS "productVersion", r.engine, r.passed, r.failed, r.not_tried AS "notTried",
	coalesce(r.message, CASE WHEN r.status = 'running' THEN (SELECT o.message FROM operations o
		WHERE o.devbox_id = r.devbox_id AND o.status = 'pending' AND o.message <> '' ORDER BY o.position LIMIT 1) END) AS message,
	r.created_at AS "createdAt", r.started_at AS "startedAt", r.finished_at AS "finishedAt"`;
const from = "FROM isolation_reports r JOIN hosts h ON h.id = r.host_id";
/** Of all hosts: they are kept, and this many are shown. */
const shownMax = 200;

export async function listIsolationReportRows(db: Database): Promise<IsolationReportRow[]> {
	const text = `SELECT ${columns} ${from} ORDER BY r.created_at DESC, r.id LIMIT ${shownMax}`;
	return (await dbCall(() => db.pool.query<IsolationReportRow>(text))).rows;
}

export async function findIsolationReport(
	db: Database,
	id: string,
): Promise<(IsolationReportRow & { attempts: AttemptResult[] }) | null> {
	const text = `SELECT ${columns}, r.attempts ${from} WHERE r.id = $1`;
	const { rows } = await dbCall(() => db.pool.query<IsolationReportRow & { attempts: AttemptResult[] }>(text, [id]));
	return rows[0] ?? null;
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
	const text = `SELECT ${columns} ${from}
		WHERE r.status IN ('pending', 'running') AND r.host_id = ANY ($1) ORDER BY r.created_at, r.id`;
	return (await dbCall(() => db.pool.query<IsolationReportRow>(text, [hosts.map(({ id }) => id)]))).rows;
}

/** Nothing where the host has an open one. */
export async function openReport(db: Queryable, o: { hostId: string; cause: IsolationCause; login: string | null }) {
	await db.query(
		`INSERT INTO isolation_reports (id, host_id, cause, requested_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		[newId("isolationReport"), o.hostId, o.cause, o.login],
	);
}

/** Days between two audits of any host, `$1` being the workspace of canaries: a host serves all workspaces, so the shortest holds. */
export const everyDaysSql = "(SELECT min(isolation_every_days) FROM workspaces WHERE id <> $1)";

export type HostIsolationRow = {
	hostId: string;
	hostName: string;
	latest: IsolationReportRow | null;
	open: IsolationReportRow | null;
	audits: HostAudits;
};

/** Every host with its latest audit that had ended at `at`, the one with the latest result, and the open one. */
export async function listHostIsolationRows(db: Queryable, o: { at: Date }): Promise<HostIsolationRow[]> {
	const report = (alias: string, condition: string) => `LEFT JOIN LATERAL (SELECT ${columns}
		FROM isolation_reports r WHERE r.host_id = h.id AND ${condition} LIMIT 1) ${alias} ON true`;
	const { rows } = await db.query<{
		hostId: string;
		hostName: string;
		createdAt: Date;
		everyDays: number | null;
		resultAt: Date | null;
		latest: IsolationReportJson | null;
		open: IsolationReportJson | null;
	}>(
		`SELECT h.id AS "hostId", h.name AS "hostName", h.created_at AS "createdAt", ${everyDaysSql}::int AS "everyDays",
			(SELECT max(finished_at) FROM isolation_reports
				WHERE host_id = h.id AND status IN ('passed', 'failed') AND finished_at <= $2) AS "resultAt",
			to_jsonb(latest) AS latest, to_jsonb(open) AS open
		FROM hosts h
		${report("latest", "r.finished_at <= $2 ORDER BY r.finished_at DESC")}
		${report("open", "r.status IN ('pending', 'running')")}
		ORDER BY h.name`,
		[canaryWorkspace.id, o.at],
	);
	return rows.map(({ hostId, hostName, createdAt, everyDays, resultAt, ...row }) => {
		const [latest, open] = [readReport(row.latest), readReport(row.open)];
		const ended = latest?.finishedAt
			? { status: latest.status, finishedAt: latest.finishedAt, failed: latest.failed }
			: null;
		return { hostId, hostName, latest, open, audits: { hostCreatedAt: createdAt, latest: ended, resultAt, everyDays } };
	});
}

/** As PostgreSQL writes a row into JSON: times are texts. */
type IsolationReportJson = Omit<IsolationReportRow, "createdAt" | "startedAt" | "finishedAt"> & {
	id: string | null;
	createdAt: string;
	startedAt: string | null;
	finishedAt: string | null;
};

function readReport(json: IsolationReportJson | null): IsolationReportRow | null {
	if (!json?.id) return null;
	const time = (text: string | null) => (text === null ? null : new Date(text));
	return {
		...json,
		createdAt: new Date(json.createdAt),
		startedAt: time(json.startedAt),
		finishedAt: time(json.finishedAt),
	};
}
