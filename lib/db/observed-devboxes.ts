/** What the reconcile loops read and write: rows beside what an engine says. No actor: they serve every workspace. */
import type { DesiredState, DevboxState, PowerState } from "../domain/devbox-state.ts";
import type { PipelineName } from "../domain/pipelines.ts";
import type { Queryable } from "./run-journal.ts";

export type ObservedDevbox = {
	id: string;
	name: string;
	state: DevboxState;
	power: PowerState;
	desiredState: DesiredState;
	fence: number;
	memoryMib: number | null;
	address: string | null;
	/** A run of it is queued or under way: what is seen of it now is a moment, not a fact. */
	hasOpenRun: boolean;
};

/** Of a devbox `d`. */
export const hasOpenRun =
	"EXISTS (SELECT 1 FROM runs r WHERE r.devbox_id = d.id AND r.status IN ('pending', 'running'))";

/** The boxes of a host that are not gone. Read them before the engine's list: the list is then the newer of the two. */
export async function readObservedDevboxes(db: Queryable, o: { hostId: string }): Promise<ObservedDevbox[]> {
	const { rows } = await db.query<ObservedDevbox>(
		`SELECT d.id, d.name, d.state, d.power, d.desired_state AS "desiredState", d.fence, d.memory_mib AS "memoryMib", d.address,
			${hasOpenRun} AS "hasOpenRun"
		FROM devboxes d WHERE d.host_id = $1 AND d.released_at IS NULL`,
		[o.hostId],
	);
	return rows;
}

/** Which of these ids are of boxes that may have an instance, and since when this database knows boxes at all. */
export async function readKnownDevboxes(
	db: Queryable,
	o: { ids: readonly string[] },
): Promise<{ live: Set<string>; databaseSince: Date | null }> {
	const { rows } = await db.query<{ live: string[]; databaseSince: Date | null }>(
		`SELECT (SELECT coalesce(array_agg(id), '{}') FROM devboxes WHERE id = ANY($1::text[]) AND released_at IS NULL) AS live,
			(SELECT min(created_at) FROM workspaces) AS "databaseSince"`,
		[o.ids],
	);
	return { live: new Set(rows[0]?.live ?? []), databaseSince: rows[0]?.databaseSince ?? null };
}

/** Compare-and-set of a box that no run holds: the fence is as it was read, and moves on. Answers whether it applied. */
async function observe(
	db: Queryable,
	box: { id: string; fence: number; state: DevboxState },
	set: string,
	values: unknown[],
) {
	const { rowCount } = await db.query(
		`UPDATE devboxes d SET ${set}, fence = d.fence + 1, updated_at = now()
		WHERE d.id = $1 AND d.fence = $2 AND d.state = $3 AND NOT ${hasOpenRun}`,
		[box.id, box.fence, box.state, ...values],
	);
	return (rowCount ?? 0) > 0;
}

type Seen = Pick<ObservedDevbox, "id" | "fence" | "state">;

/** The instance of a box is gone: a live one is `failed`, and there is nothing left to destroy. */
export function markInstanceGone(db: Queryable, box: Seen, o: { reason: string }): Promise<boolean> {
	const isLive = box.state === "ready" || box.state === "stopped";
	const set = isLive ? "state = 'failed', reason = $4" : "reason = coalesce(d.reason, $4)";
	return observe(db, box, `${set}, power = 'off', address = NULL, released_at = now(), keep_until = NULL`, [o.reason]);
}

/** It was powered off from inside: that is a wish, and it stays off. */
export function markStoppedFromInside(db: Queryable, box: Seen, o: { reason: string }): Promise<boolean> {
	const set = "state = 'stopped', desired_state = 'stopped', power = 'off', address = NULL, reason = $4";
	return observe(db, box, set, [o.reason]);
}

/** It is off against its owner's will: `ready` with the power off, until a start run brings it back. */
export function markPowerLost(db: Queryable, box: Seen, o: { reason: string }): Promise<boolean> {
	return observe(db, box, "power = 'off', address = NULL, reason = $4", [o.reason]);
}

export function markPower(db: Queryable, box: Seen, o: { power: PowerState }): Promise<boolean> {
	return observe(db, box, "power = $4", [o.power]);
}

/** The address alone; without the fence, since it says nothing about the box's state. */
export async function writeAddress(db: Queryable, o: { id: string; address: string }): Promise<void> {
	await db.query(
		"UPDATE devboxes SET address = $2, updated_at = now() WHERE id = $1 AND power = 'running' AND address IS DISTINCT FROM $2",
		[o.id, o.address],
	);
}

/** Says why a box was short of memory, beside its state. */
export async function writeReason(db: Queryable, o: { id: string; reason: string }): Promise<void> {
	await db.query("UPDATE devboxes SET reason = $2, updated_at = now() WHERE id = $1 AND state = 'ready'", [
		o.id,
		o.reason,
	]);
}

export type UnmetWish = { devboxId: string; pipeline: PipelineName; state: DevboxState };

/**
 * Boxes that are not as they should be and for which nothing is queued: after a run that failed, or a crash between two writes.
 * `quietMs`: how long nothing has happened with them.
 */
export async function readUnmetWishes(db: Queryable, o: { quietMs: number }): Promise<UnmetWish[]> {
	const { rows } = await db.query<UnmetWish>(
		`SELECT * FROM (
			SELECT d.id AS "devboxId", d.state, CASE
				WHEN d.state = 'destroyed' AND d.released_at IS NULL THEN 'destroy-devbox'
				WHEN d.state IN ('requested', 'provisioning') AND d.desired_state = 'running' THEN 'create-devbox'
				WHEN d.state = 'ready' AND d.desired_state = 'stopped' THEN 'stop-devbox'
				WHEN d.state = 'ready' AND d.desired_state = 'running' AND d.power = 'off' THEN 'start-devbox'
				WHEN d.state = 'stopped' AND d.desired_state = 'running' THEN 'start-devbox'
				WHEN d.state = 'stopped' AND d.desired_state = 'stopped' AND d.power <> 'off' THEN 'stop-devbox'
			END AS pipeline
			FROM devboxes d
			WHERE d.released_at IS NULL AND d.updated_at < now() - $1 * interval '1 millisecond' AND NOT ${hasOpenRun}
		) wish WHERE pipeline IS NOT NULL`,
		[o.quietMs],
	);
	return rows;
}

/** Failed boxes whose time is up become `destroyed`. Answers how many. */
export async function expireFailedDevboxes(db: Queryable): Promise<number> {
	const { rowCount } = await db.query(
		`UPDATE devboxes d SET state = 'destroyed', desired_state = 'destroyed', destroyed_at = now(), keep_until = NULL,
			reason = coalesce(d.reason || ' ', '') || 'It was kept for a while to be looked into, and then removed.',
			fence = d.fence + 1, updated_at = now()
		WHERE d.state = 'failed' AND d.released_at IS NULL AND d.keep_until < now() AND NOT ${hasOpenRun}`,
	);
	return rowCount ?? 0;
}
