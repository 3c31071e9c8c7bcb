/**
 * A listed name gets an address of its own from a private pool, and the box's resolver answers that address: so no question of a box ever
 * leaves the filter, any port is allowed by name, and an address that somebody writes down by hand leads nowhere.
 */
import type { FilterPolicy } from "../domain/filter-state.ts";

const poolBase = (198 << 24) + (18 << 16);
const poolSize = 2 ** 17 - 2;

/** 198.18.0.0/15 is for benchmarks of network devices and never on the Internet. Where two names meet, the later one moves on. */
export function poolAddresses(policy: FilterPolicy): { entry: string; address: string }[] {
	const taken = new Set<number>();
	return [...policy.domains].sort().map((entry) => {
		let place = hashOf(entry) % poolSize;
		while (taken.has(place)) place = (place + 1) % poolSize;
		taken.add(place);
		const number = (poolBase + place + 1) >>> 0;
		return { entry, address: [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join(".") };
	});
}

/** FNV-1a: any spread will do. */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
	return hash;
}
