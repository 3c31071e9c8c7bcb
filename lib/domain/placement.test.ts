import { describe, expect, test } from "vitest";
import { type PlacementHost, placeDevbox } from "./placement.ts";

const host = (change: Partial<PlacementHost> & { memory?: number; poolUsed?: number } = {}): PlacementHost => ({
	id: "host_a",
	name: "a",
	status: "online",
	devboxCount: 0,
	capacity: {
		memoryTotalMib: 16_000,
		memoryAvailableMib: change.memory ?? 8_000,
		poolTotalGib: 100,
		poolUsedGib: change.poolUsed ?? 10,
		instancesMax: 50,
	},
	...change,
});

describe("placement", () => {
	test("takes the online host with the most free memory", () => {
		const hosts = [
			host(),
			host({ id: "host_b", name: "b", memory: 12_000 }),
			host({ id: "host_c", status: "draining", memory: 15_000 }),
		];
		expect(placeDevbox(hosts)).toEqual({ kind: "host", hostId: "host_b" });
	});

	test.each([
		["no host", [], "none is registered"],
		["engine down", [host({ status: "offline" })], "its engine does not answer"],
		["not probed", [host({ capacity: null })], "not been probed"],
		["memory pressure", [host({ memory: 500 })], "only 500 MiB of memory are free"],
		["full pool", [host({ poolUsed: 95 })], "95% full"],
		["full host", [host({ devboxCount: 50 })], "50 of at most 50"],
	])("waits and says why: %s", (_, hosts, reason) => {
		const placement = placeDevbox(hosts);
		expect(placement.kind).toBe("wait");
		expect(placement.kind === "wait" && placement.reason).toContain(reason);
	});

	test("does not depend on the order of the hosts", () => {
		const hosts = [host({ id: "host_b" }), host({ id: "host_a" })];
		expect(placeDevbox(hosts)).toEqual(placeDevbox([...hosts].reverse()));
	});
});
