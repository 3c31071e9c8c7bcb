import { describe, expect, test } from "vitest";
import { DevboxError } from "./devbox-error.ts";
import { type Repeatability, retryDelayMs } from "./retry.ts";

function delay(
	error: { code?: DevboxError["code"]; status?: number; retryAfterMs?: number | null },
	o: { attempt?: number; repeatability?: Repeatability; random?: number } = {},
): number | null {
	return retryDelayMs({
		error: new DevboxError({ code: "internal", detail: "", ...error }),
		attempt: 0,
		retriesMax: 5,
		repeatability: "safe",
		random: 1,
		...o,
	});
}

describe("a request is sent again", () => {
	test("after a broken connection or a server that is away, when repeating is safe", () => {
		expect(delay({ code: "network" })).toBe(300);
		expect(delay({ code: "unavailable", status: 502 })).toBe(300);
		expect(delay({ code: "timeout", status: 504 })).toBe(300);
		expect(delay({ code: "network" }, { repeatability: "unsafe" })).toBeNull();
		expect(delay({ code: "timeout", status: 504 }, { repeatability: "unsafe" })).toBeNull();
	});

	test("whatever it is, when the answer says that nothing was done", () => {
		expect(delay({ code: "rate_limited", status: 429, retryAfterMs: 2_000 }, { repeatability: "unsafe" })).toBe(2_000);
		expect(delay({ code: "unavailable", status: 503, retryAfterMs: 1_000 }, { repeatability: "unsafe" })).toBe(1_000);
	});

	test("while an earlier try with its key is still at work", () => {
		expect(delay({ code: "conflict", status: 409, retryAfterMs: 1_000 })).toBe(1_000);
		expect(delay({ code: "name_taken", status: 409 })).toBeNull();
	});

	test("never after an answer that stays the same, and never with a body that is gone", () => {
		for (const status of [400, 401, 403, 404, 422, 500, 501]) expect(delay({ status })).toBeNull();
		expect(delay({ code: "timeout" })).toBeNull();
		expect(delay({ code: "rate_limited", status: 429, retryAfterMs: 10 }, { repeatability: "never" })).toBeNull();
	});

	test("a bounded number of times, each later than the one before, spread by chance", () => {
		expect([0, 1, 2, 3, 4].map((attempt) => delay({ code: "network" }, { attempt }))).toEqual([
			300, 600, 1_200, 2_400, 4_800,
		]);
		expect(delay({ code: "network" }, { attempt: 5 })).toBeNull();
		expect(delay({ code: "network" }, { random: 0 })).toBe(150);
	});

	test("not when the server asks for a long pause: the caller decides", () => {
		expect(delay({ code: "rate_limited", status: 429, retryAfterMs: 31_000 })).toBeNull();
	});
});
