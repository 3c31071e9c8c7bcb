import { describe, expect, test } from "vitest";
import { openOutputRing } from "./output-ring.ts";

const bytes = (text: string) => Buffer.from(text);

describe("the output of an exec", () => {
	test("waits whole for its first reader, and is then read from any offset", () => {
		const ring = openOutputRing(8);
		for (const text of ["abc", "", "defgh", "ijkl"]) ring.push(bytes(text));
		expect([ring.startOffset, ring.endOffset, ring.isFull]).toEqual([0, 12, true]);
		expect(ring.read(0, 100).toString()).toBe("abcdefghijkl");
		expect(ring.read(2, 5).toString()).toBe("cdefg");
		expect(ring.read(11, 5).toString()).toBe("l");
		expect(ring.read(12, 5)).toHaveLength(0);
	});

	test("that was taken makes room, oldest first, and no more than is needed", () => {
		const ring = openOutputRing(8);
		for (const text of ["abc", "defgh", "ijkl"]) ring.push(bytes(text));
		ring.taken(3);
		expect([ring.startOffset, ring.isFull]).toEqual([3, true]);
		ring.taken(12);
		expect([ring.startOffset, ring.isFull]).toEqual([8, false]);
		expect(ring.read(8, 100).toString()).toBe("ijkl");
	});

	test("that is not kept any more is not made up: reading begins at the oldest byte", () => {
		const ring = openOutputRing(4);
		ring.push(bytes("abcd"));
		ring.taken(4);
		ring.push(bytes("efgh"));
		expect(ring.startOffset).toBe(4);
		expect(ring.read(0, 100).toString()).toBe("efgh");
	});

	test("cannot be taken before it is there", () => {
		const ring = openOutputRing(4);
		ring.taken(1_000);
		ring.push(bytes("abcdef"));
		expect([ring.isFull, ring.read(0, 10).toString()]).toEqual([true, "abcdef"]);
	});
});
