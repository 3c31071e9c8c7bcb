import { expect, test } from "vitest";
import { durationWords, expiryOf, expiryProblem, idleTimeoutOf, parseExpiry } from "./lifetime-rules.ts";

test("a time to live is hours, days or weeks, or never, and bounded", () => {
	expect(["8h", "7d", "2w", "365d", "never"].map(expiryProblem)).toEqual([null, null, null, null, null]);
	for (const text of ["", "0d", "7", "7m", "-1d", "1.5h", "366d", "9999w", "7d ", "d"])
		expect(expiryProblem(text), text).not.toBeNull();
});

test("it is written back in the shortest way, and in words", () => {
	expect([3_600, 86_400, 604_800, 90_000, null].map(expiryOf)).toEqual(["1h", "1d", "1w", "25h", "never"]);
	expect(parseExpiry("2w")).toBe(14 * 86_400);
	expect(["1h", "7d", "30m", "never"].map(durationWords)).toEqual(["1 hour", "7 days", "30 minutes", "never"]);
});

test("an idle timeout that is none of ours counts as never", () => {
	expect([900, 28_800, null, 5].map(idleTimeoutOf)).toEqual(["15m", "8h", "never", "never"]);
});
