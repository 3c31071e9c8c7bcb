import { describe, expect, test } from "vitest";
import type { DevboxResponse } from "../../lib/contract/devboxes.ts";
import { mergeDevboxes } from "./devbox-cache.ts";

const box = (id: string, state: DevboxResponse["state"] = "ready") => ({ id, state }) as DevboxResponse;

describe("live changes in the list", () => {
	test("replace the box that changed and leave the others as they are", () => {
		const before = [box("a"), box("b")];
		const after = mergeDevboxes(before, [box("b", "stopped")]);
		expect(after.map((b) => `${b.id}:${b.state}`)).toEqual(["a:ready", "b:stopped"]);
		expect(after[0]).toBe(before[0]);
	});
	test("a new box comes on top, once", () => {
		expect(mergeDevboxes([box("a")], [box("b"), box("c")]).map((b) => b.id)).toEqual(["c", "b", "a"]);
	});
	test("a destroyed box leaves, and one that was never there does not come in", () => {
		expect(
			mergeDevboxes([box("a"), box("b")], [box("a", "destroyed"), box("x", "destroyed")]).map((b) => b.id),
		).toEqual(["b"]);
	});
});
