import { describe, expect, test } from "vitest";
import { proposeEntries, type SeenName } from "./policy-proposal.ts";

const seen = (...names: string[]): SeenName[] => names.map((name) => ({ name, count: 1, why: "not_listed" }));
const entriesOf = (names: SeenName[], listed: string[] = []) => proposeEntries(names, listed).map(({ entry }) => entry);

describe("a proposed list", () => {
	test("has each name that was seen once, with all its counts, the most asked for first", () => {
		const twice = [
			{ name: "b.example.com", count: 2, why: "not_listed" },
			{ name: "a.example.org", count: 3, why: "" },
			{ name: "B.example.com.", count: 4, why: "not_listed" },
		];
		expect(proposeEntries(twice, [])).toEqual([
			{ entry: "b.example.com", count: 6, names: ["b.example.com"] },
			{ entry: "a.example.org", count: 3, names: ["a.example.org"] },
		]);
	});

	test("folds three names below one domain, and says which; two stay as they are", () => {
		expect(entriesOf(seen("a.example.com", "b.example.com"))).toEqual(["a.example.com", "b.example.com"]);
		expect(proposeEntries(seen("a.example.com", "b.example.com", "x.c.example.com"), [])).toEqual([
			{ entry: "*.example.com", count: 3, names: ["a.example.com", "b.example.com", "x.c.example.com"] },
		]);
	});

	test("folds into the narrowest domain that is enough, and keeps the domain itself, which no wildcard has", () => {
		const names = seen("a.cdn.example.com", "b.cdn.example.com", "c.cdn.example.com", "www.example.com", "example.com");
		expect(entriesOf(names)).toEqual(["*.cdn.example.com", "example.com", "www.example.com"]);
	});

	test("folds nothing that anybody may register under", () => {
		expect(entriesOf(seen("a.co.uk", "b.co.uk", "c.co.uk"))).toEqual(["a.co.uk", "b.co.uk", "c.co.uk"]);
	});

	test("has nothing that is listed, leads nowhere, or is no name", () => {
		const names = [
			...seen("a.listed.com", "192.0.2.1", "host", ""),
			{ name: "gone.example.com", count: 1, why: "unresolved" },
		];
		expect(entriesOf(names, ["*.listed.com"])).toEqual([]);
	});

	test("of thousands of names is found at once", () => {
		const names = seen(...Array.from({ length: 5_000 }, (_, i) => `n${i}.d${i % 50}.example.com`));
		expect(entriesOf(names)).toHaveLength(50);
	});
});
