import { describe, expect, test } from "vitest";
import type { DevboxResponse } from "../../lib/contract/devboxes.ts";
import { filterDevboxes, readFilters, writeFilters } from "./list-filters.ts";

const box = (fields: Partial<DevboxResponse>) =>
	({
		id: "dbx_1",
		name: "swift-otter",
		image: "builtin:base",
		size: "s",
		state: "ready",
		power: "running",
		desired_state: "running",
		owner: { login: "ada" },
		host: { id: "h", name: "local" },
		reason: null,
		...fields,
	}) as DevboxResponse;

describe("filters of the list", () => {
	test("survive the way through the address, beside what else stands there", () => {
		const filters = { text: "otter s", states: ["ready", "failed"], owners: ["ada"], hosts: [] };
		const params = writeFilters(new URLSearchParams("sort=name&host=old"), filters);
		expect(params.get("sort")).toBe("name");
		expect(readFilters(new URLSearchParams(params.toString()))).toEqual(filters);
	});
	test("every word must be somewhere in the box", () => {
		const boxes = [
			box({ name: "swift-otter" }),
			box({ name: "calm-reef", owner: { login: "otto" } as DevboxResponse["owner"] }),
		];
		const named = (text: string) =>
			filterDevboxes(boxes, { text, states: [], owners: [], hosts: [] }).map((b) => b.name);
		expect(named("OTTER ada")).toEqual(["swift-otter"]);
		expect(named("ott")).toEqual(["swift-otter", "calm-reef"]);
		expect(named("otter otto")).toEqual([]);
	});
	test("a state filter goes by what the badge says", () => {
		const boxes = [box({ name: "a" }), box({ name: "b", desired_state: "stopped" })];
		const states = (kind: string) =>
			filterDevboxes(boxes, { text: "", states: [kind], owners: [], hosts: [] }).map((b) => b.name);
		expect(states("stopping")).toEqual(["b"]);
	});
});
