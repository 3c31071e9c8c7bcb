import { expect, it } from "vitest";
import { deniedRanges4, deniedRanges6 } from "../../lib/domain/denied-ranges.ts";
import { contains, parseRange4, type Range4 } from "../../lib/domain/range4.ts";
import { egressRules } from "./access-list.ts";

const filterAddress = "10.83.7.254";
const rulesOf = (filterOnly: string[]) => egressRules({ filterAddress, filterOnly, hostAddresses: ["203.0.113.9"] });
const range = (text: string): Range4 => {
	const [first = "", last = first] = text.split("-");
	const [from, to] = [parseRange4(first), parseRange4(last)];
	if (!from || !to) throw new Error(`${text} is no range`);
	return { first: from.first, last: to.last };
};
/** As the engine does: what is rejected is rejected, whatever is allowed. */
const isRejected = (filterOnly: string[], source: string, destination: string) =>
	rulesOf(filterOnly).some(
		(rule) =>
			rule.action === "reject" &&
			!rule.destination.includes(":") &&
			contains(range(rule.destination), range(destination)) &&
			(!rule.source || rule.source.split(",").some((from) => contains(range(from), range(source)))),
	);

it("without what the filter alone may reach rejects the deny set and the host, for everybody", () => {
	const rejected = rulesOf([]).filter(({ action }) => action === "reject");
	expect(rejected.map(({ destination }) => destination)).toEqual([...deniedRanges4, ...deniedRanges6, "203.0.113.9"]);
	expect(rejected.every(({ source }) => source === undefined)).toBe(true);
});

it("lets the filter alone reach what was opened, and nothing beside it", () => {
	const opened = ["10.20.0.0/16", "192.168.7.5"];
	for (const destination of ["10.20.0.5", "10.20.255.255", "192.168.7.5"]) {
		expect(isRejected(opened, filterAddress, destination)).toBe(false);
		for (const source of ["10.83.7.253", "10.83.7.2", "10.83.8.254", "198.51.100.1"])
			expect(isRejected(opened, source, destination)).toBe(true);
	}
	for (const destination of [
		"10.19.255.255",
		"10.21.0.0",
		"192.168.7.4",
		"192.168.7.6",
		"169.254.169.254",
		"203.0.113.9",
	])
		expect(isRejected(opened, filterAddress, destination)).toBe(true);
});
