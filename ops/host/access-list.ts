/**
 * What the engine's access list says of the boxes' bridge. It rejects before it allows, whatever stands first: what the egress filter
 * alone may reach is rejected for every other source instead. Ports it leaves to the firewall and to the filter itself.
 */
import { deniedRanges4, deniedRanges6 } from "../../lib/domain/denied-ranges.ts";
import { formatRange4, parseRange4, type Range4, subtract } from "../../lib/domain/range4.ts";

export type EgressRule = { action: string; state: string; source?: string; destination: string };

/** `filterOnly`: private addresses and ranges that only the filter may reach. */
export function egressRules(o: {
	filterAddress: string;
	filterOnly: readonly string[];
	hostAddresses: readonly string[];
}): EgressRule[] {
	const reject = (destination: string): EgressRule => ({ action: "reject", state: "enabled", destination });
	const opened = o.filterOnly.map(range4);
	const others = subtract([range4("0.0.0.0/0")], [range4(o.filterAddress)])
		.map(formatRange4)
		.join(",");
	const denied4 = opened.length === 0 ? deniedRanges4 : subtract(deniedRanges4.map(range4), opened).map(formatRange4);
	return [
		...[...denied4, ...deniedRanges6, ...o.hostAddresses].map(reject),
		...o.filterOnly.map((range) => ({ ...reject(range), source: others })),
		{ action: "allow", state: "enabled", destination: "0.0.0.0/0" },
	];
}

function range4(text: string): Range4 {
	const range = parseRange4(text);
	if (range) return range;
	throw new Error(`${text} is no IPv4 range`);
}
