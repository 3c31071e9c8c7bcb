import { describe, expect, test } from "vitest";
import { devboxNameProblem, displayNameProblem, freeLabel, labelOf, suggestDevboxName } from "./devbox-name.ts";
import { type IdKind, idPrefixes, instanceName, newId } from "./ids.ts";

describe("devbox names", () => {
	test("DNS labels are good", () => {
		for (const name of ["a", "a1", "swift-otter-42", "0", "a".repeat(63)]) expect(devboxNameProblem(name)).toBeNull();
	});

	test("what is no DNS label is refused with a reason", () => {
		for (const name of ["", "A", "-a", "a-", "a_b", "a.b", "ä", "a b", "a\n", "a".repeat(64), "$(id)"])
			expect(devboxNameProblem(name)).toMatch(/\.$/);
	});

	test("every suggestion is a good name", () => {
		for (const x of [0, 0.25, 0.5, 0.999999]) expect(devboxNameProblem(suggestDevboxName(() => x))).toBeNull();
	});
});

describe("display names", () => {
	test("are any text of 1 to 128 characters", () => {
		for (const name of ["x", " ", "My Box!", "🚀".repeat(128), "a\nb"]) expect(displayNameProblem(name)).toBeNull();
		for (const name of ["", "x".repeat(129), "🚀".repeat(129), "\ud800"])
			expect(displayNameProblem(name)).toMatch(/\.$/);
	});

	test.each([
		["my-sandbox", "my-sandbox"],
		["My Größe Box", "my-grosse-box"],
		["  Ça va?! ", "ca-va"],
		["--a__b--", "a-b"],
		["ＡＢＣ", "abc"],
		["x".repeat(128), "x".repeat(63)],
		[`${"x".repeat(62)} y`, "x".repeat(62)],
	])("%j has the label %s", (name, label) => {
		expect(labelOf(name)).toBe(label);
		expect(devboxNameProblem(label)).toBeNull();
	});

	test("of which nothing is left get a drawn label", () => {
		for (const name of ["🚀🚀", "日本語", "---", " "]) {
			expect(labelOf(name)).toMatch(/^devbox-[a-z0-9]{4}$/);
			expect(labelOf(name, () => 0.999)).toBe("devbox-zzzz");
		}
	});

	test("a label that is taken gets the next number, and stays a label", () => {
		const taken = new Set(["box", "box-2"]);
		expect(freeLabel("box", (label) => taken.has(label))).toBe("box-3");
		const long = "y".repeat(63);
		const next = freeLabel(long, (label) => label === long);
		expect(next).toBe(`${"y".repeat(61)}-2`);
		expect(devboxNameProblem(next)).toBeNull();
	});
});

describe("ids", () => {
	test("are prefixed, URL-safe and different each time", () => {
		const seen = new Set<string>();
		for (const kind of Object.keys(idPrefixes) as IdKind[])
			for (let i = 0; i < 50; i++) {
				const id = newId(kind);
				expect(id).toMatch(new RegExp(`^${idPrefixes[kind]}_[0-9a-hjkmnp-tv-z]{16}$`));
				seen.add(id);
			}
		expect(seen.size).toBe(Object.keys(idPrefixes).length * 50);
	});

	test("an instance's name is a host name that derives from the id alone", () => {
		expect(instanceName("dbx_k3x0000000000000")).toBe("dbx-k3x0000000000000");
	});
});
