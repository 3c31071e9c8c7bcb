/**
 * A private address that devboxes may be led to by a listed name. It takes two: the operator of a host says which ranges may be opened at
 * all, and an admin of the workspace says which address in them, and which ports.
 */
import { contains, overlaps, parseRange4, type Range4 } from "./range4.ts";

/** Of one workspace: the filter holds every port of every service for each policy. */
export const internalServicesMax = 100;
export const servicePortsMax = 16;
export const serviceNameLengthMax = 60;
/** Of one host. */
const internalRangesMax = 64;
export const internalRangesVariable = "DEVBOX_INTERNAL_RANGES";

/** Private and carrier ranges: what else is closed to devboxes is nobody's service. */
const openable = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];
/** In one of them, a cloud's metadata stands. */
const metadata = "100.100.100.200";

const strictAddress = /^((0|[1-9]\d{0,2})\.){3}(0|[1-9]\d{0,2})$/;

export function isAddress4(text: string): boolean {
	return strictAddress.test(text) && parseRange4(text) !== null;
}

/** As a filter knows it: every port of a service. */
export function serviceDoors(o: { address: string; ports: readonly number[] }): string[] {
	return o.ports.map((port) => `${o.address}:${port}`);
}

export function isOpened(address: string, ranges: readonly string[]): boolean {
	const asked = parseRange4(address);
	return asked !== null && ranges.some((range) => contains(range4(range), asked));
}

/** What the operator has to do for it. */
export function unopenedProblem(address: string, ranges: readonly string[]): string {
	const said = `${internalRangesVariable}=${[...ranges, address].join(",")} npm start`;
	return ranges.length === 0
		? `The operator of this server has opened no internal address. They start it with ${said}.`
		: `The operator of this server has not opened ${address}, but ${ranges.join(", ")}. They start it with ${said}.`;
}

/** Null: it may be a service where the operator's ranges have it. */
export function serviceAddressProblem(address: string): string | null {
	if (!isAddress4(address)) return "Write one IPv4 address, as 10.20.0.5.";
	const asked = range4(address);
	if (address === metadata) return `${address} is a cloud's metadata address, which no devbox reaches.`;
	if (openable.some((range) => contains(range4(range), asked))) return null;
	return isNeverOpened(asked)
		? `${address} is a loopback, link-local, benchmark, multicast or reserved address, which no devbox reaches.`
		: `${address} is public: put its name on a policy's list instead.`;
}

const special = [
	"0.0.0.0/8",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"192.0.0.0/24",
	"198.18.0.0/15",
	"224.0.0.0/4",
	"240.0.0.0/4",
];
const isNeverOpened = (asked: Range4) => special.some((range) => overlaps(range4(range), asked));

/** `own`: addresses and ranges of the host itself, each with what it is. In normal form, none within another. */
export function parseInternalRanges(
	text: string,
	own: readonly { range: string; what: string }[],
): { ranges: string[] } | { problem: string } {
	const said = text.split(",").map((part) => part.trim());
	if (said.length > internalRangesMax) return { problem: `has more than ${internalRangesMax} ranges` };
	for (const one of said) {
		const problem = rangeProblem(one, own);
		if (problem) return { problem: `${JSON.stringify(one.slice(0, 40))} ${problem}` };
	}
	const ranges = [...new Set(said)];
	const isWithin = (inner: string, at: number) =>
		ranges.some((outer, i) => i !== at && contains(range4(outer), range4(inner)) && (i < at || !isSame(outer, inner)));
	return { ranges: ranges.filter((range, at) => !isWithin(range, at)) };
}

function rangeProblem(text: string, own: readonly { range: string; what: string }[]): string | null {
	const [address = "", bits, ...more] = text.split("/");
	const range = isAddress4(address) && more.length === 0 ? parseRange4(text) : null;
	if (!range || (bits !== undefined && !/^\d{1,2}$/.test(bits))) return "is no IPv4 address or range";
	if (parseRange4(address)?.first !== range.first) return "begins within its range: write its first address";
	if (isNeverOpened(range)) return "holds loopback, link-local, metadata, benchmark, multicast or reserved addresses";
	if (!openable.some((wide) => contains(range4(wide), range))) return "is not within a private or carrier range";
	if (overlaps(range, range4(metadata))) return `holds ${metadata}, a cloud's metadata address`;
	const hit = own.find((one) => overlaps(range, range4(one.range)));
	return hit ? `holds ${hit.range}, ${hit.what}` : null;
}

function isSame(a: string, b: string): boolean {
	return contains(range4(a), range4(b)) && contains(range4(b), range4(a));
}

/** Of what was parsed before. */
function range4(text: string): Range4 {
	const range = parseRange4(text);
	if (range) return range;
	throw new Error(`${text} is no IPv4 range`);
}
