import { expect, it } from "vitest";
import { deniedTargets } from "./denied-targets.ts";

it("an address that a rule lets in is no failure, and its range is tried all the same", () => {
	const usual = deniedTargets([]);
	expect(usual).toContain("10.254.254.254");
	const beside = deniedTargets(["10.254.254.254", "10.254.254.253", "10.20.0.5"]);
	expect(beside).toEqual(usual.map((address) => (address === "10.254.254.254" ? "10.254.254.252" : address)));
});
