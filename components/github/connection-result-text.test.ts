import { expect, test } from "vitest";
import { connectionResult } from "./connection-result-text.ts";

test("what a flow ended with is said in our own words, whatever the address says", () => {
	const of = (query: string) => connectionResult(new URLSearchParams(query));
	expect(of("")).toBeNull();
	expect(of("github=other")).toBeNull();
	expect(of("github=connected")?.isGood).toBe(true);
	expect(of("github=failed&github_reason=denied")).toMatchObject({
		isGood: false,
		text: expect.stringContaining("turned down"),
	});
	for (const reason of ["", "Call+1-800-EVIL", "constructor"])
		expect(of(`github=failed&github_reason=${reason}`)?.text).toBe("Nothing was connected. Begin again.");
});
