import { expect, test } from "vitest";
import { rejoinAfter, rejoinPauseMs } from "./tailnet-rejoin.ts";

test("a box that rebooted for the first time joins again at once", () => {
	expect(rejoinAfter({ rejoins: 0, settledMs: 0 })).toEqual({ rejoins: 0, afterMs: 0 });
});

test("one that goes on rebooting waits longer each time, and never longer than ten minutes", () => {
	const pauses = [1, 2, 3, 4, 5, 6, 7, 100].map((rejoins) => rejoinPauseMs(rejoins) / 1000);
	expect(pauses).toEqual([15, 30, 60, 120, 240, 480, 600, 600]);
	expect(rejoinAfter({ rejoins: 3, settledMs: 20_000 })).toEqual({ rejoins: 3, afterMs: 40_000 });
	expect(rejoinAfter({ rejoins: 3, settledMs: 61_000 }).afterMs).toBe(0);
});

test("a box that rebooted in a loop reaches the token exchange a dozen times in an hour at most", () => {
	let joins = 0;
	let rejoins = 0;
	for (let atMs = 0; atMs < 60 * 60_000; joins++) {
		const next = rejoinAfter({ rejoins, settledMs: 0 });
		atMs += next.afterMs;
		rejoins = next.rejoins + 1;
	}
	expect(joins).toBeLessThanOrEqual(12);
});

test("a quarter of an hour without a reboot makes it a first time again", () => {
	expect(rejoinAfter({ rejoins: 9, settledMs: 15 * 60_000 })).toEqual({ rejoins: 0, afterMs: 0 });
});
