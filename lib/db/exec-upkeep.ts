/** What the worker does about execs, whoever they belong to: no actor asks. */
import type { ExecRecord } from "../domain/exec.ts";
import { execColumnsSql, revokedCredentialsSql } from "./execs.ts";
import type { Queryable } from "./run-journal.ts";

/** Rows of ended execs that a box keeps; those of detached ones keep files in the box as well, up to 20 MiB each. */
export const endedExecsKept = { attached: 500, detached: 50 } as const;

/** Boxes in which something can run now. */
const isRunningSql = "d.state = 'ready' AND d.desired_state = 'running' AND d.power = 'running'";

/**
 * Detached execs that run as far as their rows know, in boxes that do not run any more. Answers how many. A box that is off against
 * its owner's wish is not meant: it comes back, and then it says itself what has become of them.
 */
export async function loseExecsOfEndedBoxes(db: Queryable): Promise<number> {
	const { rowCount } = await db.query(
		`UPDATE execs e SET status = 'lost', finished_at = now(), reason = coalesce(e.reason, CASE
				WHEN d.state = 'destroyed' OR d.desired_state = 'destroyed' THEN 'The devbox was destroyed while it ran.'
				WHEN d.state = 'failed' THEN 'The devbox failed while it ran.'
				ELSE 'The devbox was stopped while it ran.' END)
		FROM devboxes d
		WHERE d.id = e.devbox_id AND e.status = 'running' AND e.mode = 'detached'
			AND (d.state IN ('destroyed', 'failed', 'stopped') OR d.desired_state <> 'running')`,
	);
	return rowCount ?? 0;
}

export type ExecInBox = ExecRecord & { hostId: string; isRevoked: boolean };

/** Detached execs of running boxes that have no end yet. `isRevoked`: a credential that they were started with is no more. */
export async function readRunningDetached(db: Queryable): Promise<ExecInBox[]> {
	const { rows } = await db.query<ExecInBox>(
		`SELECT ${execColumnsSql}, d.host_id AS "hostId",
			EXISTS (SELECT 1 FROM (${revokedCredentialsSql}) r WHERE r.id = ANY(e.credential_ids)) AS "isRevoked"
		FROM execs e JOIN devboxes d ON d.id = e.devbox_id
		WHERE e.status = 'running' AND e.mode = 'detached' AND ${isRunningSql} AND d.host_id IS NOT NULL
			AND e.process_group IS NOT NULL
		ORDER BY e.created_at LIMIT 10000`,
	);
	return rows;
}

/** Detached execs whose start was never confirmed: the process that made them has died in between. */
export async function loseUnstartedDetached(db: Queryable): Promise<number> {
	const { rowCount } = await db.query(
		`UPDATE execs SET status = 'lost', finished_at = now(), reason = 'The server ended while it was being started.'
		WHERE status = 'running' AND mode = 'detached' AND process_group IS NULL AND created_at < now() - interval '2 minutes'`,
	);
	return rowCount ?? 0;
}

const overflowSql = `SELECT e.id, e.devbox_id, e.mode, e.box_user, d.host_id, d.state, ${isRunningSql} AS is_running,
		row_number() OVER (PARTITION BY e.devbox_id, e.mode ORDER BY e.created_at DESC, e.id DESC) AS place
	FROM execs e JOIN devboxes d ON d.id = e.devbox_id WHERE e.status <> 'running'`;

/** Old rows that leave nothing in a box. Answers how many. */
export async function pruneExecs(db: Queryable): Promise<number> {
	const { rowCount } = await db.query(
		`DELETE FROM execs WHERE id IN (SELECT id FROM (${overflowSql}) o
			WHERE (mode = 'attached' AND place > $1) OR (mode = 'detached' AND place > $2 AND state = 'destroyed'))`,
		[endedExecsKept.attached, endedExecsKept.detached],
	);
	return rowCount ?? 0;
}

export type ExecLeftover = Pick<ExecRecord, "id" | "devboxId" | "boxUser"> & { hostId: string };

/** Old detached execs whose files can be removed now; delete their rows afterwards. */
export async function readExecLeftovers(db: Queryable): Promise<ExecLeftover[]> {
	const { rows } = await db.query<ExecLeftover>(
		`SELECT id, devbox_id AS "devboxId", box_user AS "boxUser", host_id AS "hostId" FROM (${overflowSql}) o
		WHERE mode = 'detached' AND place > $1 AND is_running AND host_id IS NOT NULL LIMIT 1000`,
		[endedExecsKept.detached],
	);
	return rows;
}

export async function deleteExecs(db: Queryable, ids: readonly string[]): Promise<void> {
	await db.query("DELETE FROM execs WHERE id = ANY($1::text[])", [ids]);
}
