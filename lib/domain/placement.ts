/** Which host gets a box, or why none does yet. A pure calculation over what the last probes said. */

export type HostStatus = "online" | "draining" | "offline";

export type PlacementHost = {
	id: string;
	name: string;
	status: HostStatus;
	/** Null until the first probe. */
	capacity: {
		memoryTotalMib: number;
		memoryAvailableMib: number;
		poolTotalGib: number;
		poolUsedGib: number;
		instancesMax: number;
	} | null;
	/** Boxes of ours that are placed there and not gone. */
	devboxCount: number;
};

/** Past these a new box waits: the host would slow down or stop all others. */
export const placementLimits = {
	/** Memory that must be left for the host and the boxes that are there, MiB. */
	memoryAvailableMinMib: 1024,
	/** Used part of the storage pool. */
	poolUsedMax: 0.9,
	/** Free space that one box's start needs, GiB. */
	poolFreeMinGib: 2,
} as const;

export type Placement = { kind: "host"; hostId: string } | { kind: "wait"; reason: string };

/** The online host with the most free memory; otherwise what is being waited for, in words. */
export function placeDevbox(hosts: PlacementHost[]): Placement {
	if (hosts.length === 0) return { kind: "wait", reason: "Waiting for a host: none is registered." };
	const refusals: string[] = [];
	const candidates: PlacementHost[] = [];
	for (const host of hosts) {
		const refusal = refusalOf(host);
		if (refusal === null) candidates.push(host);
		else refusals.push(`${host.name}: ${refusal}`);
	}
	const best = candidates.sort((a, b) => freeMemory(b) - freeMemory(a) || a.id.localeCompare(b.id))[0];
	if (best) return { kind: "host", hostId: best.id };
	return { kind: "wait", reason: `Waiting for room on a host (${refusals.join("; ")}).` };
}

function freeMemory(host: PlacementHost): number {
	return host.capacity?.memoryAvailableMib ?? 0;
}

function refusalOf(host: PlacementHost): string | null {
	if (host.status === "offline") return "its engine does not answer";
	if (host.status === "draining") return "it is draining";
	const capacity = host.capacity;
	if (!capacity) return "it has not been probed yet";
	if (host.devboxCount >= capacity.instancesMax)
		return `it holds ${host.devboxCount} of at most ${capacity.instancesMax} devboxes`;
	if (capacity.memoryAvailableMib < placementLimits.memoryAvailableMinMib)
		return `only ${capacity.memoryAvailableMib} MiB of memory are free, ${placementLimits.memoryAvailableMinMib} are needed`;
	const freeGib = capacity.poolTotalGib - capacity.poolUsedGib;
	if (
		capacity.poolUsedGib / capacity.poolTotalGib > placementLimits.poolUsedMax ||
		freeGib < placementLimits.poolFreeMinGib
	)
		return `its storage pool is ${Math.round((100 * capacity.poolUsedGib) / capacity.poolTotalGib)}% full`;
	return null;
}
