import { describe, expect, it } from "vitest";
import { identityKeyRules, planKeys } from "./identity-keys.ts";

const start = new Date("2026-01-01T00:00:00Z");
const later = (ms: number) => new Date(start.getTime() + ms);
const { rotateAfterMs, shownBeforeMs, keptAfterMs, keysMaxAgeSeconds } = identityKeyRules;
const first = { id: "first", signsFrom: start };

describe("signing keys", () => {
	it("are due when there is none, and when the one that signs is old and has no follower", () => {
		expect(planKeys([], start)).toEqual({ signing: null, shown: [], outdated: [], isDue: true });
		expect(planKeys([first], later(rotateAfterMs - 1)).isDue).toBe(false);
		expect(planKeys([first], later(rotateAfterMs)).isDue).toBe(true);
		const next = { id: "next", signsFrom: later(rotateAfterMs + shownBeforeMs) };
		expect(planKeys([first, next], later(rotateAfterMs)).isDue).toBe(false);
	});

	it("are shown before they sign, longer than verifiers keep what they read", () => {
		expect(shownBeforeMs).toBeGreaterThan(keysMaxAgeSeconds * 1000);
		const next = { id: "next", signsFrom: later(shownBeforeMs) };
		const before = planKeys([next, first], later(shownBeforeMs - 1));
		expect([before.signing, before.shown]).toEqual([first, [first, next]]);
		expect(planKeys([next, first], later(shownBeforeMs)).signing).toBe(next);
	});

	it("stay shown until the last token that they signed has expired, and go then", () => {
		const next = { id: "next", signsFrom: later(1000) };
		const kept = planKeys([first, next], later(1000 + keptAfterMs));
		expect([kept.signing, kept.shown, kept.outdated]).toEqual([next, [first, next], []]);
		const gone = planKeys([first, next], later(1001 + keptAfterMs));
		expect([gone.signing, gone.shown, gone.outdated]).toEqual([next, [next], [first]]);
	});
});
