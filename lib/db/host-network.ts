/** What the worker reads and writes of boxes' networks: whose policy is what, who has which place on a fence, what a filter decided. */
import type pg from "pg";
import type { DevboxState, PowerState } from "../domain/devbox-state.ts";
import { isWidening, type PolicyInForce, parseAppliedPolicy } from "../domain/egress-policy.ts";
import { fencePlaces } from "../domain/fence.ts";
import type { FilterState, HarmlessChange } from "../domain/filter-state.ts";
import { filterStateOf } from "../domain/filter-state.ts";
import { type NetworkColumns, networkColumnsSql, networkInForce } from "./network-in-force.ts";
import { networkPolicyId } from "./network-policy-id.ts";
import type { Queryable } from "./run-journal.ts";

export type NetworkedBox = {
	id: string;
	state: DevboxState;
	power: PowerState;
	policy: PolicyInForce;
	/** Its place on the fence; null: it needs none, or has none yet. */
	place: number | null;
	/** Whether its interface is on the fence. */
	isFenced: boolean;
	/** What the filter enforces for it (`appliedPolicy`). */
	applied: string | null;
};

export type HostFence = {
	address: string;
	resolvers: string[];
	/** Ranges of internal services that the host's operator opened to its filter. */
	internalRanges: string[];
	filterStatus: string | null;
	/** The image that a filter is made from. */
	image: string | null;
	/** The one that the filter which is there was made from. */
	filterImage: string | null;
};

type BoxColumns = Omit<NetworkedBox, "policy"> & NetworkColumns;

const boxSql = `SELECT d.id, d.state, d.power, ${networkColumnsSql},
	d.network_place AS place, d.network_fenced AS "isFenced", d.network_applied AS applied
FROM devboxes d LEFT JOIN network_policies p ON p.id = d.network_policy_id`;

const toBox = (row: BoxColumns): NetworkedBox => {
	const { id, state, power, place, isFenced, applied } = row;
	return { id, state, power, place, isFenced, applied, policy: networkInForce(row) };
};

/** Those of a host that have to do with its fence: on it, or meant to be. */
export async function readNetworkedBoxes(db: Queryable, o: { hostId: string }): Promise<NetworkedBox[]> {
	const { rows } = await db.query<BoxColumns>(
		`${boxSql} WHERE d.host_id = $1 AND d.released_at IS NULL
			AND (d.network_place IS NOT NULL OR d.network_fenced OR coalesce(p.mode, d.network_mode) <> 'open')
		ORDER BY d.id`,
		[o.hostId],
	);
	return rows.map(toBox);
}

export async function readNetworkedBox(db: Queryable, o: { devboxId: string }): Promise<NetworkedBox | null> {
	const { rows } = await db.query<BoxColumns>(`${boxSql} WHERE d.id = $1`, [o.devboxId]);
	return rows[0] ? toBox(rows[0]) : null;
}

/** Null: the host has no fence. */
export async function readHostFence(db: Queryable, o: { hostId: string }): Promise<HostFence | null> {
	const { rows } = await db.query<HostFence & { address: string | null }>(
		`SELECT fence_address AS address, fence_resolvers AS resolvers, internal_ranges AS "internalRanges", filter_status AS "filterStatus",
			filter_image AS "filterImage",
			(SELECT ref FROM images WHERE name = 'builtin:base') AS image
		FROM hosts WHERE id = $1`,
		[o.hostId],
	);
	return rows[0]?.address ? rows[0] : null;
}

/**
 * `<epoch>.<number>`. Within an epoch the number grows with every call, over all processes: who reads rows after it has them at least as
 * new as any lower number's reader. The epoch is this run of the database server, since a database that was restored or moved to another
 * server counts anew; a late writer of an epoch before is put right by the next look.
 */
export async function nextFilterRevision(db: Queryable): Promise<string> {
	const { rows } = await db.query<{ revision: string }>(
		`SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint || '.' || pg_current_xact_id() AS revision`,
	);
	const revision = rows[0]?.revision;
	if (!revision) throw new Error("The database gave no revision.");
	return revision;
}

export function filterStateOfBoxes(fence: HostFence, boxes: readonly NetworkedBox[]): FilterState {
	return filterStateOf(fence, boxes, networkPolicyId);
}

/** From what each box's row says is in force to its policy now. What its filter really had before, the filter itself knows best. */
export function harmlessChanges(boxes: readonly NetworkedBox[]): HarmlessChange[] {
	return boxes.flatMap(({ applied, policy }): HarmlessChange[] => {
		const before = applied === null ? null : parseAppliedPolicy(applied);
		return before && isWidening(before, policy) ? [[networkPolicyId(before), networkPolicyId(policy)]] : [];
	});
}

/** PostgreSQL's code for a broken unique index. */
const uniqueViolation = "23505";
/** Two that take a place at once: the second one looks again. */
const placeTriesMax = 20;

/** Null when the fence is full. The same box keeps its place. */
export async function takeFencePlace(db: Queryable, o: { devboxId: string }): Promise<number | null> {
	for (let tries = 0; tries < placeTriesMax; tries++) {
		try {
			const { rows } = await db.query<{ place: number | null }>(
				`UPDATE devboxes d SET network_place = coalesce(d.network_place, (
					SELECT min(n) FROM generate_series($2::int, $3::int) n WHERE NOT EXISTS (
						SELECT 1 FROM devboxes o WHERE o.host_id = d.host_id AND o.released_at IS NULL AND o.network_place = n)))
				WHERE d.id = $1 RETURNING d.network_place AS place`,
				[o.devboxId, fencePlaces.first, fencePlaces.last],
			);
			return rows[0]?.place ?? null;
		} catch (error) {
			if ((error as { code?: unknown }).code !== uniqueViolation) throw error;
		}
	}
	return null;
}

export async function writeFenced(db: Queryable, o: { devboxId: string; isFenced: boolean }): Promise<void> {
	await db.query(
		`UPDATE devboxes SET network_fenced = $2, network_place = CASE WHEN $2 THEN network_place END,
			network_applied = CASE WHEN $2 THEN network_applied END, updated_at = now() WHERE id = $1`,
		[o.devboxId, o.isFenced],
	);
}

/**
 * What the engine says of where boxes stand, where their rows say otherwise: after a restore of the database, or a move that came late.
 * `before`: rows that were written after it are newer than what was seen. Answers which were set right.
 */
export async function writeSeenFences(
	db: Queryable,
	o: { hostId: string; before: Date; seen: readonly { id: string; isFenced: boolean }[] },
): Promise<string[]> {
	const { rows } = await db.query<{ id: string }>(
		`UPDATE devboxes d SET network_fenced = s."isFenced",
			network_applied = CASE WHEN s."isFenced" THEN d.network_applied END, updated_at = now()
		FROM jsonb_to_recordset($2::jsonb) AS s (id text, "isFenced" boolean)
		WHERE d.id = s.id AND d.host_id = $1 AND d.network_fenced <> s."isFenced" AND d.updated_at < $3 AND d.released_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.devbox_id = d.id AND r.status IN ('pending', 'running'))
		RETURNING d.id`,
		[o.hostId, JSON.stringify(o.seen), o.before],
	);
	return rows.map((row) => row.id);
}

/** What is in force now, for the boxes of one host. */
export async function writeApplied(db: Queryable, boxes: readonly { id: string; applied: string }[]): Promise<void> {
	if (boxes.length === 0) return;
	await db.query(
		`UPDATE devboxes d SET network_applied = b.applied FROM jsonb_to_recordset($1::jsonb) AS b (id text, applied text)
		WHERE d.id = b.id AND d.network_applied IS DISTINCT FROM b.applied`,
		[JSON.stringify(boxes)],
	);
}

export async function writeFilterStatus(
	db: Queryable,
	o: { hostId: string; status: "running" | "down" | "off"; message: string | null },
): Promise<void> {
	await db.query(
		`UPDATE hosts SET filter_status = $2, filter_message = $3,
			filter_since = CASE WHEN filter_status IS DISTINCT FROM $2 THEN now() ELSE filter_since END
		WHERE id = $1 AND (filter_status IS DISTINCT FROM $2 OR filter_message IS DISTINCT FROM $3)`,
		[o.hostId, o.status, o.message],
	);
}

export async function noteFilterStarted(db: Queryable, o: { hostId: string; image: string | null }): Promise<void> {
	await db.query("UPDATE hosts SET filter_started_at = now(), filter_image = $2 WHERE id = $1", [o.hostId, o.image]);
}

/** Its setup is over: from now on its policy alone holds, and the filter is to be told. Harmless from whoever is late. */
export async function endNetworkSetup(db: Queryable, o: { devboxId: string }): Promise<void> {
	await db.query("UPDATE devboxes SET network_phase = 'run', updated_at = now() WHERE id = $1", [o.devboxId]);
}

export type CountedDecision = {
	devboxId: string;
	protocol: string;
	name: string;
	port: number;
	verdict: string;
	why: string;
	rule: string;
	count: number;
};

/** Kinds of decisions that are kept of one box: the latest. */
const decisionsMax = 300;

export async function addDecisions(pool: pg.Pool | Queryable, decisions: readonly CountedDecision[]): Promise<void> {
	if (decisions.length === 0) return;
	await pool.query(
		`INSERT INTO network_decisions AS n (devbox_id, protocol, name, port, verdict, why, rule, count)
		SELECT x.* FROM jsonb_to_recordset($1::jsonb)
			AS x ("devboxId" text, protocol text, name text, port int, verdict text, why text, rule text, count int)
			JOIN devboxes d ON d.id = x."devboxId"
		ON CONFLICT (devbox_id, protocol, name, port, verdict, why, rule)
			DO UPDATE SET count = least(n.count::bigint + excluded.count, 2000000000)::int, last_at = now()`,
		[JSON.stringify(decisions)],
	);
	await pool.query(
		`DELETE FROM network_decisions n USING (
			SELECT ctid, row_number() OVER (PARTITION BY devbox_id ORDER BY last_at DESC) AS place
			FROM network_decisions WHERE devbox_id = ANY ($1)) old
		WHERE n.ctid = old.ctid AND old.place > ${decisionsMax}`,
		[[...new Set(decisions.map((decision) => decision.devboxId))]],
	);
}
