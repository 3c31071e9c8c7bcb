/** What the loops do by the rules of idle and of expiring boxes. No actor: they serve every workspace. */
import type { Queryable } from "./run-journal.ts";

/** A box that a loop has stopped or ended. */
export type RuledDevbox = { id: string; name: string; workspaceId: string; ownerId: string; reason: string };

const hasOpenRun = "EXISTS (SELECT 1 FROM runs r WHERE r.devbox_id = d.id AND r.status IN ('pending', 'running'))";
const idleSince = "greatest(d.last_used_at, d.ready_at, d.created_at)";
const idleRule = "d.idle_timeout_seconds IS NOT NULL AND d.state = 'ready' AND d.desired_state = 'running'";

/** A command that runs is use for as long as it runs: what its box says of its last use moves along. */
export async function noteRunningExecs(db: Queryable, o: { now: Date }): Promise<void> {
	await db.query(
		`UPDATE devboxes d SET last_used_at = $1 WHERE ${idleRule} AND ${idleSince} < $1
			AND EXISTS (SELECT 1 FROM execs e WHERE e.devbox_id = d.id AND e.status = 'running')`,
		[o.now],
	);
}

/**
 * Wants the boxes stopped that nobody has used for as long as their rule says. Whoever begins to use one in the same moment holds
 * its row or finds it stopping: `last_used_at` is looked at once more when the row is locked.
 */
export async function stopIdleDevboxes(db: Queryable, o: { now: Date }): Promise<RuledDevbox[]> {
	const { rows } = await db.query<RuledDevbox>(
		`UPDATE devboxes d SET desired_state = 'stopped', fence = d.fence + 1, updated_at = now(),
			stop_cause = 'Stopped because it was not used for ' || CASE
				WHEN d.idle_timeout_seconds % 3600 = 0 THEN d.idle_timeout_seconds / 3600 || ' h'
				ELSE d.idle_timeout_seconds / 60 || ' min' END || '. Its files are kept; start it to go on.'
		WHERE ${idleRule} AND d.power <> 'off' AND ${idleSince} <= $1::timestamptz - d.idle_timeout_seconds * interval '1 second'
			AND NOT ${hasOpenRun}
			AND NOT EXISTS (SELECT 1 FROM execs e WHERE e.devbox_id = d.id AND (e.status = 'running'
				OR e.finished_at > $1::timestamptz - d.idle_timeout_seconds * interval '1 second'))
		RETURNING d.id, d.name, d.workspace_id AS "workspaceId", d.owner_id AS "ownerId", d.stop_cause AS reason`,
		[o.now],
	);
	return rows;
}

/** Boxes whose time is up become `destroyed`, whatever is going on with them; `requeue-wishes` takes their machines down. */
export async function expireDevboxes(db: Queryable, o: { now: Date }): Promise<RuledDevbox[]> {
	const { rows } = await db.query<RuledDevbox>(
		`WITH due AS (
			SELECT d.id FROM devboxes d
			WHERE d.expires_at <= $1 AND d.state <> 'destroyed' AND d.released_at IS NULL
			ORDER BY d.expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
		), gone AS (
			UPDATE devboxes d SET state = 'destroyed', desired_state = 'destroyed', destroyed_at = $1, keep_until = NULL,
				reason = 'Destroyed because its time was up: it was made to live until '
					|| to_char(d.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC.',
				fence = d.fence + 1, updated_at = now()
			FROM due WHERE d.id = due.id
			RETURNING d.id, d.name, d.workspace_id AS "workspaceId", d.owner_id AS "ownerId", d.reason
		), void_runs AS (
			UPDATE runs r SET status = 'cancelled', claimed_by = NULL, lease_expires_at = NULL, finished_at = $1
			FROM gone WHERE r.devbox_id = gone.id AND r.status IN ('pending', 'running')
		), void_operations AS (
			UPDATE operations o SET status = 'deleted', finished_at = $1 FROM gone WHERE o.devbox_id = gone.id AND o.status = 'pending'
		)
		SELECT * FROM gone`,
		[o.now],
	);
	return rows;
}
