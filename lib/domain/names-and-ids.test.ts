import { describe, expect, test } from "vitest";
import { devboxNameProblem, suggestDevboxName } from "./devbox-name.ts";
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
