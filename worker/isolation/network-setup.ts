/** What a host's fence and filter are set up with, as a hash: another one is a reason for a new audit. */
import { createHash } from "node:crypto";
import type { HostFence } from "../../lib/db/host-network.ts";
import { filterStateOf } from "../../lib/domain/filter-state.ts";
import { filterFiles } from "../../lib/egress/filter-files.ts";

/** One box with one list stands for all: what differs between two states is left out, what the filter makes of them is not. */
export function networkSetup(fence: HostFence | null): string {
	const hash = createHash("sha256");
	if (!fence) return hash.update("no fence").digest("hex");
	const policy = { mode: "enforce", domains: ["*.a.example", "b.example"], services: ["10.0.0.1:443"] } as const;
	const state = filterStateOf(fence, [{ place: 10, policy }], () => "p");
	const image = fence.filterImage ?? fence.image;
	hash.update(JSON.stringify([fence.address, fence.resolvers, fence.internalRanges, image, filterFiles(state)]));
	return hash.digest("hex");
}
