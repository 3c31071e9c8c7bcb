import { expect, it } from "vitest";
import type { FilterPolicy } from "../domain/filter-state.ts";
import { poolAddresses, zoneLines } from "./filter-config.ts";

const policy = (...domains: string[]): FilterPolicy => ({ id: "p1", mode: "enforce", domains });

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
