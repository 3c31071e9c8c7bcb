/** What the operator says about egress filters: whom they ask, and which private ranges they may reach. */
import { isIPv4 } from "node:net";
import { deniedRanges4 } from "../../lib/domain/denied-ranges.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { internalRangesVariable, parseInternalRanges } from "../../lib/domain/internal-service.ts";
import { contains, parseRange4, type Range4 } from "../../lib/domain/range4.ts";
import { hostAddresses } from "./host-addresses.ts";

const resolversVariable = "DEVBOX_EGRESS_RESOLVERS";

/** IPv4 addresses, with commas between; null: the boxes' own name server. */
export function saidResolvers(): string[] | null {
	const said = process.env[resolversVariable];
	if (!said) return null;
	if (said.split(",").every((address) => isIPv4(address))) return said.split(",");
	throw new AppError({
		code: "invalid",
		message: `${resolversVariable} wants IPv4 addresses with commas between, not ${JSON.stringify(said)}.`,
	});
}

/** Those that the host closes to every box: the filter is let through to them, to ask. */
export function privateResolvers(): string[] {
	const closed = deniedRanges4.map(parseRange4).filter((range): range is Range4 => range !== null);
	return (saidResolvers() ?? []).filter((address) => {
		const asked = parseRange4(address);
		return asked !== null && closed.some((range) => contains(range, asked));
	});
}

/** As they are written, whatever they are: a subnet for boxes is looked for beside them. */
export function saidInternalRanges(): string[] {
	return (process.env[internalRangesVariable] ?? "").split(",").map((range) => range.trim());
}

/** `networks`: of this install on this host, as `10.83.7.0/24`. Throws AppError `invalid` with what to write instead. */
export function internalRanges(networks: readonly string[]): string[] {
	const said = process.env[internalRangesVariable]?.trim();
	if (!said) return [];
	const own = [
		...networks.map((range) => ({ range, what: "the devboxes' own network" })),
		...hostAddresses()
			.filter((address) => isIPv4(address))
			.map((range) => ({ range, what: "an address of this host, which no devbox reaches" })),
	];
	const parsed = parseInternalRanges(said, own);
	if ("ranges" in parsed) return parsed.ranges;
	throw new AppError({
		code: "invalid",
		message: `${internalRangesVariable}: ${parsed.problem}. It takes private IPv4 addresses and ranges with commas between, as 10.20.0.0/16,192.168.7.5, around this host's own.`,
	});
}
