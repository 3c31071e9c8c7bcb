/**
 * The journal of durable work. A run is claimed by one worker at a time:
 *
 * 1. `claim` takes the oldest run that is due and free (pending, or running with an expired lease) of a box that no other live
 *    lease holds, and raises the box's fence. Whoever held the box before can write no more.
 * 2. `heartbeat` moves the leases on; a run that it does not confirm is lost and its worker stops.
 * 3. Everything that the worker writes goes through `ClaimedRun`, which checks claim, lease and fence in the same statement.
 * 4. `handBack` gives an unfinished run to whoever comes next.
 *
 * All time is the database's clock, and no transaction stays open while a host is talked to.
 */
import type pg from "pg";
import type { DevboxState } from "../domain/devbox-state.ts";
import { newId } from "../domain/ids.ts";
import { type PipelineName, pipelines } from "../domain/pipelines.ts";
import { type ClaimedRun, openClaimedRun, type RunClaim } from "./claimed-run.ts";
import { queryPatiently } from "./patient-query.ts";

/** Anything that runs SQL: the pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, "query">;

export type RunJournal = {
	/** Null when nothing is due. `exceptDevboxIds`: boxes that this worker is still busy with. */
	claim(o?: { exceptDevboxIds?: readonly string[] }): Promise<ClaimedRun | null>;
	/** Moves the leases of these runs on; answers the ids that are still held. What is missing from the answer is lost. */
	heartbeat(runIds: readonly string[]): Promise<Set<string>>;
	/** Gives a held run back: due in `afterMs`, for any worker. A run that is not held any more is left alone. */
	handBack(o: { runId: string; afterMs: number }): Promise<void>;
	readonly leaseMs: number;
};

export const leaseDefaultMs = 20_000;

// The comparison with the fence in a sub-select looks idle and is not: when another worker claimed a run of the same box
// meanwhile, PostgreSQL checks the row's new version against this statement's old snapshot, and the two fences then differ.
const claimSql = `
WITH candidate AS (
	SELECT r.id, r.devbox_id
	FROM runs r JOIN devboxes d ON d.id = r.devbox_id
	WHERE r.status IN ('pending', 'running')
		AND (r.status = 'pending' OR r.lease_expires_at < now())
		AND r.not_before <= now()
		AND d.fence = (SELECT before.fence FROM devboxes before WHERE before.id = d.id)
		AND NOT (d.id = ANY($3::text[]))
		AND NOT EXISTS (
			SELECT 1 FROM runs other
			WHERE other.devbox_id = r.devbox_id AND other.id <> r.id
				AND other.status = 'running' AND other.lease_expires_at >= now()
		)
	ORDER BY r.created_at, r.id
	LIMIT 1
	FOR UPDATE OF r, d SKIP LOCKED
), fenced AS (
	UPDATE devboxes d SET fence = d.fence + 1, updated_at = now()
	FROM candidate c WHERE d.id = c.devbox_id
	RETURNING d.id, d.fence
)
UPDATE runs r
SET status = 'running', claimed_by = $1, lease_expires_at = clock_timestamp() + $2 * interval '1 millisecond'
FROM candidate c JOIN fenced f ON f.id = c.devbox_id
WHERE r.id = c.id
RETURNING r.id AS "runId", r.devbox_id AS "devboxId", r.pipeline, f.fence`;

export function openRunJournal(o: { pool: pg.Pool; workerId: string; leaseMs?: number }): RunJournal {
	const { pool, workerId } = o;
	const leaseMs = o.leaseMs ?? leaseDefaultMs;
	return {
		leaseMs,
		async claim({ exceptDevboxIds = [] } = {}) {
			const { rows } = await pool.query<Omit<RunClaim, "workerId">>(claimSql, [workerId, leaseMs, exceptDevboxIds]);
			const row = rows[0];
			return row ? openClaimedRun({ pool, claim: { ...row, workerId }, patienceMs: leaseMs }) : null;
		},
		async heartbeat(runIds) {
			const { rows } = await pool.query<{ id: string }>(
				`UPDATE runs SET lease_expires_at = clock_timestamp() + $2 * interval '1 millisecond'
				WHERE id = ANY($3::text[]) AND claimed_by = $1 AND status = 'running' AND lease_expires_at > clock_timestamp()
				RETURNING id`,
				[workerId, leaseMs, runIds],
			);
			return new Set(rows.map((row) => row.id));
		},
		async handBack({ runId, afterMs }) {
			await queryPatiently(pool, {
				text: `UPDATE runs SET status = 'pending', claimed_by = NULL, lease_expires_at = NULL,
					not_before = now() + $3 * interval '1 millisecond'
				WHERE id = $2 AND claimed_by = $1 AND status = 'running'`,
				values: [workerId, runId, afterMs],
				patienceMs: leaseMs,
			});
		},
	};
}

/**
 * Queues a run with its operations for a box that has none that is unfinished. Answers whether it did: two workers that see the
 * same need queue one run, since the box's row is locked meanwhile.
 */
export async function queueRun(
	db: Queryable,
	o: { devboxId: string; pipeline: PipelineName; whileStates: readonly DevboxState[] },
): Promise<boolean> {
	const steps: readonly string[] = pipelines[o.pipeline];
	const { rowCount } = await db.query(
		`WITH box AS (
			SELECT d.id FROM devboxes d WHERE d.id = $2 AND d.state = ANY($4::text[])
				AND d.fence = (SELECT before.fence FROM devboxes before WHERE before.id = d.id)
			FOR NO KEY UPDATE
		), touched AS (
			UPDATE devboxes d SET fence = d.fence + 1, updated_at = now() FROM box
			WHERE d.id = box.id
				AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.devbox_id = box.id AND r.status IN ('pending', 'running'))
			RETURNING d.id
		), run AS (
			INSERT INTO runs (id, devbox_id, pipeline) SELECT $1, touched.id, $3 FROM touched RETURNING id, devbox_id
		)
		INSERT INTO operations (id, run_id, devbox_id, position, step)
		SELECT step.id, run.id, run.devbox_id, step.position, step.name
		FROM run, unnest($5::text[], $6::text[], $7::int[]) AS step (id, name, position)`,
		[
			newId("run"),
			o.devboxId,
			o.pipeline,
			o.whileStates,
			steps.map(() => newId("operation")),
			steps,
			steps.map((_, position) => position),
		],
	);
	return (rowCount ?? 0) > 0;
}

/** Makes the runs due that wait, of boxes on this host and of those without one: what they wait for may be back. */
export async function wakeWaitingRuns(db: Queryable, o: { hostId: string }): Promise<void> {
	await db.query(
		`UPDATE runs r SET not_before = now() FROM devboxes d
		WHERE d.id = r.devbox_id AND r.status = 'pending' AND r.not_before > now() AND (d.host_id = $1 OR d.host_id IS NULL)`,
		[o.hostId],
	);
}
