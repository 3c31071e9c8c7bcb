import { expect, test } from "vitest";
import { parseByteRange } from "./byte-range.ts";

test.each([
	["bytes=0-0", { start: 0, end: 0 }],
	["bytes=2-", { start: 2, end: 9 }],
	["bytes=2-99", { start: 2, end: 9 }],
	["bytes=-3", { start: 7, end: 9 }],
	["bytes=-99", { start: 0, end: 9 }],
	["bytes=10-", "unsatisfiable"],
	["bytes=-0", "unsatisfiable"],
	["bytes=5-2", null],
	["bytes=-", null],
	["bytes=0-1,3-4", null],
	["lines=0-1", null],
	[undefined, null],
])("%j of ten bytes is %j", (header, range) => {
	expect(parseByteRange(header, 10)).toEqual(range);
});

test("an empty file has no range", () => {
	expect(parseByteRange("bytes=0-", 0)).toBe("unsatisfiable");
	expect(parseByteRange("bytes=-1", 0)).toBe("unsatisfiable");
});
