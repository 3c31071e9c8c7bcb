import { describe, expect, it } from "vitest";
import { deniedRanges4 } from "../../lib/domain/denied-ranges.ts";
import { contains, parseRange4, type Range4 } from "../../lib/domain/range4.ts";
import { pickSubnet } from "./pick-subnet.ts";

const range = (text: string): Range4 => {
	const parsed = parseRange4(text);
	if (!parsed) throw new Error(`${text} is no range`);
	return parsed;
};

describe("pickSubnet", () => {
	it("never answers a subnet that overlaps a route of the host", () => {
		const prefix = pickSubnet("abc123", []);
		expect(pickSubnet("abc123", [range(`${prefix}.0/24`)])).not.toBe(prefix);
		expect(pickSubnet("abc123", [range(`${prefix}.77`)])).not.toBe(prefix);
	});

	it("leaves a whole 10.0.0.0/8 that a VPN has routed to itself", () => {
		expect(pickSubnet("abc123", [range("10.0.0.0/8")])).toBe("172.16.0");
		expect(pickSubnet("abc123", [range("10.0.0.0/8"), range("172.16.0.0/12")])).toBe("192.168.0");
	});

	it("answers null when every private range is taken", () => {
		expect(pickSubnet("abc123", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(range))).toBeNull();
	});

	it("gives two installs different subnets, and only subnets that other boxes may not reach", () => {
		const prefixes = ["aaaaaa", "zzzzzz", "000000", "dev001"].map((id) => pickSubnet(id, []));
		expect(new Set(prefixes).size).toBe(4);
		for (const prefix of prefixes) {
			expect(deniedRanges4.some((denied) => contains(range(denied), range(`${prefix}.0/24`)))).toBe(true);
		}
	});
});
