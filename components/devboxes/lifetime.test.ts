import { expect, test } from "vitest";
import { lifetimeWarning } from "./lifetime.ts";

const createdMs = Date.parse("2026-01-01T00:00:00Z");
const at = (hours: number) => new Date(createdMs + hours * 3_600_000).toISOString();
const warn = (box: { idle?: number; expiry?: number; state?: "ready" | "destroyed" }, hours: number) =>
	lifetimeWarning(
		{
			state: box.state ?? "ready",
			created_at: at(0),
			idle_stop_at: box.idle === undefined ? null : at(box.idle),
			expires_at: box.expiry === undefined ? null : at(box.expiry),
		},
		createdMs + hours * 3_600_000,
	)?.kind ?? null;

test("an end is told of in time: a day before, or a quarter of a short life", () => {
	expect([warn({ expiry: 168 }, 143), warn({ expiry: 168 }, 144)]).toEqual([null, "expiry"]);
	expect([warn({ expiry: 4 }, 2.9), warn({ expiry: 4 }, 3)]).toEqual([null, "expiry"]);
});

test("a stop is told of five minutes before, and after what would be lost", () => {
	expect([warn({ idle: 1 }, 0.9), warn({ idle: 1 }, 0.95)]).toEqual([null, "idle"]);
	expect(warn({ idle: 1, expiry: 1 }, 0.99)).toBe("expiry");
	expect(warn({ expiry: 1, state: "destroyed" }, 1)).toBeNull();
});
