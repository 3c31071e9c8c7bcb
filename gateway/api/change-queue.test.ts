import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ChangeQueue, type DueChange, openChangeQueue, perBoxEveryMs, waitingMax } from "./change-queue.ts";

let queue: ChangeQueue;
let sent: DueChange[];

beforeEach(() => {
	vi.useFakeTimers();
	sent = [];
	queue = openChangeQueue({
		onDue() {
			for (let due = queue.take(); due; due = queue.take()) sent.push(due);
		},
	});
});

afterEach(() => {
	queue.close();
	vi.useRealTimers();
});

test("a burst of changes of one box is told at most ten times a second, and its last state always", () => {
	for (let ms = 0; ms < 1_000; ms += 5) {
		queue.add("dbx_a");
		vi.advanceTimersByTime(5);
	}
	vi.advanceTimersByTime(perBoxEveryMs);
	expect(sent.length).toBeGreaterThan(5);
	expect(sent.length).toBeLessThanOrEqual(11);
	queue.add("dbx_a");
	const before = sent.length;
	vi.advanceTimersByTime(perBoxEveryMs);
	expect(sent.length).toBe(before + 1);
});

test("a busy box does not hold another one up", () => {
	queue.add("dbx_a");
	vi.advanceTimersByTime(1);
	queue.add("dbx_a");
	queue.add("dbx_b");
	vi.advanceTimersByTime(2);
	expect(sent).toEqual([
		{ kind: "devbox", devboxId: "dbx_a" },
		{ kind: "devbox", devboxId: "dbx_b" },
	]);
});

test("more changes than are kept become one resync", () => {
	for (let i = 0; i <= waitingMax; i++) queue.add(`dbx_${i}`);
	vi.advanceTimersByTime(1_000);
	expect(sent).toEqual([{ kind: "resync" }]);
});
