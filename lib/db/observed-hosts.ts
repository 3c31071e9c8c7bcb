/** What the worker writes about hosts: what the last probe said. */
import type { HostStatus } from "../domain/placement.ts";
import type { Queryable } from "./run-journal.ts";

export type HostCapacity = {
	engineVersion: string;
	vcpus: number;
	memoryTotalMib: number;
	memoryAvailableMib: number;
	poolTotalGib: number;
	poolUsedGib: number;
	instancesMax: number;
	fenceAddress: string | null;
	fenceResolvers: string[];
	internalRanges: string[];
};

export async function writeHostCapacity(db: Queryable, o: { hostId: string; capacity: HostCapacity }): Promise<void> {
	const c = o.capacity;
	await db.query(
		`UPDATE hosts SET engine_version = $2, vcpus = $3, memory_total_mib = $4, memory_available_mib = $5,
			pool_total_gib = $6, pool_used_gib = $7, instances_max = $8, fence_address = $9, fence_resolvers = $10, internal_ranges = $11,
			probed_at = now() WHERE id = $1`,
		[
			o.hostId,
			c.engineVersion,
			c.vcpus,
			Math.round(c.memoryTotalMib),
			Math.round(c.memoryAvailableMib),
			c.poolTotalGib,
			c.poolUsedGib,
			c.instancesMax,
			c.fenceAddress,
			c.fenceResolvers,
			c.internalRanges,
		],
	);
}

/**
 * Online or offline, with why. Answers whether the status changed. A draining host stays draining: an admin said so. Only a change is
 * written, since each write of a status tells every process.
 */
export async function writeHostStatus(
	db: Queryable,
	o: { hostId: string; status: Exclude<HostStatus, "draining">; message: string | null },
): Promise<boolean> {
	const changed = await db.query(
		`UPDATE hosts SET status = $2, status_message = $3 WHERE id = $1 AND status <> 'draining' AND status <> $2`,
		[o.hostId, o.status, o.message],
	);
	if (changed.rowCount) return true;
	await db.query("UPDATE hosts SET status_message = $2 WHERE id = $1 AND status_message IS DISTINCT FROM $2", [
		o.hostId,
		o.message,
	]);
	return false;
}
