import { expect, it } from "vitest";
import type { FilterPolicy } from "../domain/filter-state.ts";
import { proxyMaps } from "./filter-proxy.ts";
import { zoneLines } from "./filter-resolver.ts";
import { nftBoxes } from "./filter-rules.ts";
import { poolAddresses } from "./name-pool.ts";

const policy = (...domains: string[]): FilterPolicy => ({ id: "p1", mode: "enforce", domains, services: [] });

/** Lines of the resolver by what they say, with the entries in place of their addresses. */
function zonesOf(of: FilterPolicy): string[] {
	const entries = new Map(poolAddresses(of).map(({ entry, address }) => [address, entry]));
	return zoneLines(of).map((line) => line.trim().replace(/[\d.]+(?="$)/, (address) => entries.get(address) ?? address));
}

it("a name has its own address, and a wildcard one for all names below", () => {
	expect(zonesOf(policy("a.example", "*.b.example"))).toEqual([
		'local-data: "a.example. 30 IN A a.example"',
		'local-zone: "b.example." redirect',
		'local-data: "b.example. 30 IN A *.b.example"',
	]);
});

it("a name under a wildcard is a zone of its own, since a zone that answers for all below takes no data there", () => {
	expect(zonesOf(policy("*.example.com", "www.example.com", "*.deep.example.com"))).toEqual([
		'local-zone: "deep.example.com." redirect',
		'local-data: "deep.example.com. 30 IN A *.deep.example.com"',
		'local-zone: "example.com." redirect',
		'local-data: "example.com. 30 IN A *.example.com"',
		'local-zone: "www.example.com." redirect',
		'local-data: "www.example.com. 30 IN A www.example.com"',
	]);
});

it("a name beside its own wildcard is answered with one address, the name's", () => {
	expect(zonesOf(policy("*.example.com", "example.com"))).toEqual([
		'local-zone: "example.com." redirect',
		'local-data: "example.com. 30 IN A example.com"',
	]);
});

it("an internal service is dialled by the policies that have it, and known to the rules once", () => {
	const services = ["10.20.0.5:443", "10.20.0.5:80"];
	const policies = [
		{ ...policy("a.example"), services },
		{ ...policy("b.example"), id: "p2", services: services.slice(0, 1) },
		{ ...policy("a.example"), id: "p3" },
	];
	const state = { address: "10.9.9.2", resolvers: ["192.0.2.53"], policies, boxes: [] };
	const map = proxyMaps(state).find(({ path }) => path.endsWith("/services.map"));
	expect(map?.content.trim().split("\n")).toEqual([
		"10.20.0.5:443.p1 10.20.0.5:443",
		"10.20.0.5:80.p1 10.20.0.5:80",
		"10.20.0.5:443.p2 10.20.0.5:443",
	]);
	expect(nftBoxes(state)).toContain("add element inet egress services { 10.20.0.5 . 443, 10.20.0.5 . 80 }");
	expect(nftBoxes({ ...state, policies: [] })).toContain("flush set inet egress services");
});
