import { describe, expect, it } from "vitest";
import { isOpened, parseInternalRanges, serviceAddressProblem, serviceDoors } from "./internal-service.ts";

const own = [
	{ range: "10.83.7.0/24", what: "the devboxes' own network" },
	{ range: "192.168.7.2", what: "an address of this host" },
];
const ranges = (text: string) => {
	const parsed = parseInternalRanges(text, own);
	return "ranges" in parsed ? parsed.ranges : parsed.problem;
};

describe("what an operator may open", () => {
	it("is private addresses and ranges; what lies within another is said once", () => {
		expect(ranges("10.20.0.0/16, 192.168.7.5,100.70.0.0/16")).toEqual(["10.20.0.0/16", "192.168.7.5", "100.70.0.0/16"]);
		expect(ranges("10.20.1.0/24,10.20.0.0/16,10.20.0.0/16,10.20.1.7/32,10.20.1.7")).toEqual(["10.20.0.0/16"]);
		expect(ranges("10.20.1.7/32,10.20.1.7")).toEqual(["10.20.1.7/32"]);
	});

	it.each([
		["127.0.0.1", "holds loopback"],
		["169.254.169.254", "holds loopback, link-local, metadata"],
		["198.18.0.0/15", "benchmark"],
		["224.0.0.0/4", "multicast"],
		["0.0.0.0/0", "holds loopback"],
		["100.64.0.0/10", "holds 100.100.100.200, a cloud's metadata address"],
		["8.8.8.8", "is not within a private or carrier range"],
		["172.0.0.0/8", "is not within a private or carrier range"],
		["10.0.0.0/8", "holds 10.83.7.0/24, the devboxes' own network"],
		["10.83.7.200", "holds 10.83.7.0/24"],
		["192.168.7.0/24", "holds 192.168.7.2, an address of this host"],
		["10.20.0.1/16", "begins within its range"],
		["10.20.0.0/33", "is no IPv4 address or range"],
		["10.20.0.0/8/8", "is no IPv4 address or range"],
		["010.20.0.5", "is no IPv4 address or range"],
		["10.20.0", "is no IPv4 address or range"],
		["fd00::/8", "is no IPv4 address or range"],
		["db.internal", "is no IPv4 address or range"],
		["10.20.0.0/16,", "is no IPv4 address or range"],
		[Array.from({ length: 65 }, (_, i) => `10.20.0.${i}`).join(), "more than 64"],
	])("is not %s", (text, problem) => expect(ranges(text)).toContain(problem));
});

describe("an internal service", () => {
	it("stands at one private address", () => {
		expect(serviceAddressProblem("10.20.0.5")).toBeNull();
		expect(serviceAddressProblem("198.51.100.7")).toContain("is public");
		for (const address of ["127.0.0.1", "169.254.169.254", "198.18.0.1", "255.255.255.255", "0.0.0.0"])
			expect(serviceAddressProblem(address)).toContain("which no devbox reaches");
		expect(serviceAddressProblem("100.100.100.200")).toContain("metadata");
		for (const text of [
			"10.20.0.0/24",
			"10.20.0.05",
			"10.20.0.5:80",
			" 10.20.0.5",
			"::ffff:10.20.0.5",
			"0x0a.1.1.1",
			"",
		])
			expect(serviceAddressProblem(text)).toContain("Write one IPv4 address");
	});

	it("is open where a range of the operator has it", () => {
		expect(isOpened("10.20.255.255", ["192.168.7.5", "10.20.0.0/16"])).toBe(true);
		expect(isOpened("192.168.7.6", ["192.168.7.5", "10.20.0.0/16"])).toBe(false);
		expect(isOpened("10.20.0.5", [])).toBe(false);
	});

	it("is known by each of its ports", () => {
		expect(serviceDoors({ address: "10.20.0.5", ports: [80, 443] })).toEqual(["10.20.0.5:80", "10.20.0.5:443"]);
	});
});
