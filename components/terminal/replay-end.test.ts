import { expect, test } from "vitest";
import { watchReplayEnd } from "./replay-end.ts";

const text = new TextEncoder().encode("some history\r\n");

test("the end of a replayed history is found in NULs that come in pieces", () => {
	const end = watchReplayEnd();
	expect(end.push(text)).toBe(false);
	for (let piece = 0; piece < 3; piece++) expect(end.push(new Uint8Array(1_100))).toBe(false);
	expect(end.push(new Uint8Array(1_100))).toBe(true);
	expect(end.push(text)).toBe(true);
});

test("single NULs between output are no end", () => {
	const end = watchReplayEnd();
	for (let piece = 0; piece < 10; piece++) {
		expect(end.push(new Uint8Array(1_000))).toBe(false);
		expect(end.push(text)).toBe(false);
	}
});
