/** Gives a box its host. One placement at a time over all workers, so that two boxes never take the same last place. */
import type pg from "pg";
import type { PlacementHost } from "../domain/placement.ts";
import type { SizeLimits } from "../domain/sizes.ts";
import { boxCte, heldCte, LostClaimError, type RunClaim } from "./claimed-run.ts";
import { inTransaction } from "./in-transaction.ts";

export type PlaceableHost = PlacementHost & {
	vcpus: number | null;
	/** Whether it has a fence, and so can enforce network policies. */
	canEnforce: boolean;
};

export type PlacementDecision =
	| { kind: "host"; hostId: string; limits: SizeLimits; notice: string | null }
	| { kind: "wait"; reason: string };

/** Any number that no other advisory lock of ours has. */
const placementLock = 72_707_401;

const hostsSql = `
SELECT h.id, h.name, h.status, h.vcpus, h.memory_total_mib AS "memoryTotalMib", h.memory_available_mib AS "memoryAvailableMib",
	h.pool_total_gib AS "poolTotalGib", h.pool_used_gib AS "poolUsedGib", h.instances_max AS "instancesMax",
	h.fence_address IS NOT NULL AS "canEnforce",
	(SELECT count(*)::int FROM devboxes d WHERE d.host_id = h.id AND d.released_at IS NULL AND d.id <> $1) AS "devboxCount"
FROM hosts h ORDER BY h.created_at`;

type HostColumns = Pick<PlaceableHost, "id" | "name" | "status" | "vcpus" | "devboxCount" | "canEnforce"> & {
	[K in keyof NonNullable<PlacementHost["capacity"]>]: number | null;
};

/**
 * Calls `decide` with the hosts as they are, and writes what it decided: host and limits, and the state `provisioning`.
 * Throws LostClaimError when the run is not held any more. Nothing but the database is talked to inside the transaction.
 */
export async function placeDevbox(
	pool: pg.Pool,
	o: { claim: RunClaim; decide: (hosts: PlaceableHost[]) => PlacementDecision },
): Promise<PlacementDecision> {
	return inTransaction(pool, async (client) => {
		// A worker that is stopped in here must not hold up the placements of all others.
		await client.query("SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL lock_timeout = '10s'");
		await client.query("SELECT pg_advisory_xact_lock($1)", [placementLock]);
		const { rows } = await client.query<HostColumns>(hostsSql, [o.claim.devboxId]);
		const decision = o.decide(rows.map(toPlaceableHost));
		if (decision.kind === "host") await writePlacement(client, o.claim, decision);
		return decision;
	});
}

async function writePlacement(client: pg.PoolClient, claim: RunClaim, decision: PlacementDecision & { kind: "host" }) {
	const values: unknown[] = [claim.runId, claim.workerId, claim.fence];
	const { hostId, limits, notice } = decision;
	const box = boxCte({ from: ["requested"], to: "provisioning", set: { hostId, ...limits, notice } }, values);
	const { rowCount } = await client.query(`WITH ${heldCte}, ${box} SELECT id FROM box`, values);
	if (!rowCount) throw new LostClaimError(claim);
}

function toPlaceableHost(row: HostColumns): PlaceableHost {
	const { memoryTotalMib, memoryAvailableMib, poolTotalGib, poolUsedGib, instancesMax, ...host } = row;
	const isProbed =
		memoryTotalMib !== null &&
		memoryAvailableMib !== null &&
		poolTotalGib !== null &&
		poolUsedGib !== null &&
		instancesMax !== null;
	return {
		...host,
		capacity: isProbed ? { memoryTotalMib, memoryAvailableMib, poolTotalGib, poolUsedGib, instancesMax } : null,
	};
}
