import { describe, expect, test } from "vitest";
import { formatAge, formatDuration, formatElapsed, formatRelative } from "./format-time.ts";

describe("times are short and never lie", () => {
	test.each([
		[0, "now"],
		[4_999, "now"],
		[59_999, "59s"],
		[60_000, "1m"],
		[3_600_000, "1h"],
		[86_400_000 * 3, "3d"],
		[86_400_000 * 800, "2y"],
	])("an age of %i ms is %s", (ms, text) => expect(formatAge(0, ms)).toBe(text));

	test("a clock that is ahead shows no negative age", () => expect(formatAge(10_000, 0)).toBe("now"));
	test("what lies ahead says in", () => expect(formatRelative(3_600_000, 0)).toBe("in 1h"));
	test("what happened says ago", () => expect(formatRelative(0, 120_000)).toBe("2m ago"));

	test.each([
		[-5, "0.0s"],
		[430, "0.4s"],
		[9_949, "9.9s"],
		[9_960, "10s"],
		[59_600, "1m 00s"],
		[65_000, "1m 05s"],
		[7_800_000, "2h 10m"],
	])("a duration of %i ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

	test("a running step counts whole seconds", () => {
		expect(formatElapsed(1_999)).toBe("1s");
		expect(formatElapsed(61_000)).toBe("1m 01s");
	});
});
