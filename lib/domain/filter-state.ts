/** What an egress filter has to enforce: which box is on which policy. Made from the rows; the same rows make the same state. */
import type { PolicyInForce } from "./egress-policy.ts";
import { filterAddress, inFence } from "./fence.ts";

export type FilterMode = "enforce" | "observe";

export type FilterPolicy = {
	/** Hash of all that it says. */
	id: string;
	mode: FilterMode;
	/** Normal form; `*.` in front for every name below. Empty with `enforce`: no network at all. */
	domains: readonly string[];
	/** `address:port` of internal services that its names may lead to, though the address is private. */
	services: readonly string[];
};

export type FilterState = {
	/** The filter's own leg in the fence. */
	address: string;
	/** Name servers that the filter asks. */
	resolvers: readonly string[];
	policies: readonly FilterPolicy[];
	boxes: readonly { address: string; policyId: string }[];
};

/** Ids of two policies: whoever changes from the first to the second loses nothing that it may do now. */
export type HarmlessChange = readonly [before: string, now: string];

/** A box on the fence whose policy says `open` is about to leave it: until then nothing is open to it. */
export function filterStateOf(
	fence: { address: string; resolvers: readonly string[] },
	boxes: readonly { place: number | null; policy: PolicyInForce }[],
	idOf: (policy: PolicyInForce) => string,
): FilterState {
	const policies = new Map<string, FilterPolicy>();
	const placed: { address: string; policyId: string }[] = [];
	for (const { place, policy } of boxes) {
		if (place === null) continue;
		const id = idOf(policy);
		const isListed = policy.mode === "enforce" || policy.mode === "observe";
		policies.set(id, {
			id,
			mode: policy.mode === "observe" ? "observe" : "enforce",
			domains: isListed ? policy.domains : [],
			services: isListed ? policy.services : [],
		});
		placed.push({ address: inFence(fence.address, place), policyId: id });
	}
	const byId = [...policies.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
	return { address: filterAddress(fence.address), resolvers: fence.resolvers, policies: byId, boxes: placed };
}
