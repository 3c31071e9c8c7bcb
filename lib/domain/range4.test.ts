import { describe, expect, it } from "vitest";
import { contains, formatRange4, parseRange4, type Range4, subtract } from "./range4.ts";

const range = (text: string): Range4 => {
	const parsed = parseRange4(text);
	if (!parsed) throw new Error(`${text} is no range`);
	return parsed;
};

describe("parseRange4", () => {
	it("reads a range from any address in it, and one address as a range of one", () => {
		expect(range("10.1.2.99/24")).toEqual(range("10.1.2.0/24"));
		expect(range("10.1.2.3").last - range("10.1.2.3").first).toBe(0);
		expect(range("255.255.255.255/0")).toEqual({ first: 0, last: 2 ** 32 - 1 });
	});

	it("takes nothing else for a range", () => {
		for (const text of ["default", "fe80::/10", "10.0.0.256", "10.0.0.0/33", "10.0.0", ""])
			expect(parseRange4(text)).toBeNull();
	});
});

describe("subtract", () => {
	const left = (from: string[], taken: string[]) => subtract(from.map(range), taken.map(range)).map(formatRange4);

	it("leaves what stands before, between and after what is taken", () => {
		expect(left(["10.0.0.0/8"], ["10.20.0.0/16", "10.9.9.9"])).toEqual([
			"10.0.0.0-10.9.9.8",
			"10.9.9.10-10.19.255.255",
			"10.21.0.0-10.255.255.255",
		]);
	});

	it("leaves alone what is apart, and nothing of what is taken whole", () => {
		expect(left(["10.0.0.0/8", "192.168.0.0/16"], ["192.168.0.0/16"])).toEqual(["10.0.0.0-10.255.255.255"]);
		expect(left(["0.0.0.0/0"], ["0.0.0.0", "255.255.255.255"])).toEqual(["0.0.0.1-255.255.255.254"]);
		expect(contains(range("10.0.0.0/8"), range("10.1.0.0/16"))).toBe(true);
		expect(contains(range("10.1.0.0/16"), range("10.0.0.0/8"))).toBe(false);
	});
});
