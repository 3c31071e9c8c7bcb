import { describe, expect, it } from "vitest";
import { poolSizeGib } from "./storage-pool.ts";

const gib = 1024 ** 3;

describe("poolSizeGib", () => {
	it("never promises more disk than is free", () => {
		for (const free of [17, 20, 45, 80, 200, 500]) {
			for (const promised of [0, 30, 1000]) {
				expect(poolSizeGib({ freeBytes: free * gib, promisedBytes: promised * gib })).toBeLessThan(free);
			}
		}
	});

	it("takes a share of what is free, up to 200 GiB or the bound that it is given", () => {
		expect(poolSizeGib({ freeBytes: 100 * gib, promisedBytes: 0 })).toBe(60);
		expect(poolSizeGib({ freeBytes: 4000 * gib, promisedBytes: 0 })).toBe(200);
		expect(poolSizeGib({ freeBytes: 4000 * gib, promisedBytes: 0 }, 12)).toBe(12);
	});

	it("leaves to other sparse pools what they were promised, and stays small where they were promised everything", () => {
		expect(poolSizeGib({ freeBytes: 200 * gib, promisedBytes: 50 * gib })).toBe(90);
		expect(poolSizeGib({ freeBytes: 80 * gib, promisedBytes: 90 * gib })).toBe(20);
	});

	it("says how much room is missing when there is too little", () => {
		expect(() => poolSizeGib({ freeBytes: 9 * gib, promisedBytes: 0 })).toThrow(/need 17 GiB .* 9 GiB are free/);
	});
});
