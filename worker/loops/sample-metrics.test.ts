import { expect, it } from "vitest";
import { cpuPercentSince } from "./sample-metrics.ts";

it("CPU is 100 for one whole vCPU, and unknown without an earlier reading or across a restart", () => {
	expect(cpuPercentSince({ cpuNs: 1e9, atMs: 0 }, { cpuNs: 11e9 }, 10_000)).toBe(100);
	expect(cpuPercentSince({ cpuNs: 0, atMs: 0 }, { cpuNs: 20e9 }, 10_000)).toBe(200);
	expect(cpuPercentSince(undefined, { cpuNs: 1 }, 1)).toBeNull();
	expect(cpuPercentSince({ cpuNs: 5, atMs: 0 }, { cpuNs: 1 }, 1)).toBeNull();
});
