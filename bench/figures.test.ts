import { expect, test } from "vitest";
import { FigureTable, summarise } from "./figures.ts";

test("percentiles are samples that were seen", () => {
	const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
	expect(summarise(samples)).toEqual({ p50: 50, p95: 95, p99: 99, min: 1, max: 100, count: 100 });
	expect(summarise([7])).toMatchObject({ p50: 7, p99: 7 });
});

test("a ratio is the value over what it is compared with", () => {
	const table = new FigureTable();
	table.add({ name: "create", value: 500, unit: "ms", beside: { name: "raw", value: 400 } });
	expect(table.figures[0]?.ratio).toBe(1.25);
	expect(table.toMarkdown()).toContain("1.25x");
});

test("beside nothing there is no ratio", () => {
	const table = new FigureTable();
	table.add({ name: "failed", value: 0, unit: "launches", beside: { name: "raw", value: 0 } });
	expect(table.figures[0]?.ratio).toBeUndefined();
});
