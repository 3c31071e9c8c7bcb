import { describe, expect, test } from "vitest";
import type { DevboxResponse, OperationResponse } from "../../lib/contract/devboxes.ts";
import type { DevboxEvent } from "../../sdk/src/index.ts";
import {
	askLive,
	devboxSince,
	listSince,
	mergeDevboxes,
	noteEvents,
	operationsSince,
	readLive,
} from "./live-answers.ts";

const box = (id: string, state: DevboxResponse["state"] = "ready") => ({ id, state }) as DevboxResponse;
const event = (devbox: DevboxResponse): DevboxEvent => ({ type: "devbox", devbox });

describe("live changes in the list", () => {
	test("replace the box that changed and leave the others as they are", () => {
		const before = [box("a"), box("b")];
		const after = mergeDevboxes(before, [box("b", "stopped")]);
		expect(after.map((b) => `${b.id}:${b.state}`)).toEqual(["a:ready", "b:stopped"]);
		expect(after[0]).toBe(before[0]);
	});
	test("a new box comes on top, once", () => {
		expect(mergeDevboxes([box("a")], [box("b"), box("c")]).map((b) => b.id)).toEqual(["c", "b", "a"]);
	});
	test("a destroyed box leaves, and one that was never there does not come in", () => {
		expect(
			mergeDevboxes([box("a"), box("b")], [box("a", "destroyed"), box("x", "destroyed")]).map((b) => b.id),
		).toEqual(["b"]);
	});
});

describe("an answer that events have overtaken", () => {
	/** A request that is answered when the test says so. */
	function slow<T>(answer: T) {
		const { promise, resolve } = Promise.withResolvers<T>();
		return { ask: () => promise, answerNow: () => resolve(answer) };
	}

	test("of a box gives way to the last event of that box", async () => {
		const request = slow(box("a", "stopped"));
		const asked = askLive(request.ask, devboxSince);
		noteEvents([event(box("a", "provisioning")), event(box("b", "failed"))]);
		noteEvents([event(box("a", "ready"))]);
		request.answerNow();
		expect(await asked).toEqual(box("a", "ready"));
	});
	test("of a list takes in what came, what changed and what left", async () => {
		const request = slow([box("a", "stopped"), box("b"), box("c")]);
		const asked = askLive(request.ask, listSince);
		noteEvents([event(box("a")), event(box("b", "destroyed")), event(box("d"))]);
		request.answerNow();
		expect((await asked).map((b) => `${b.id}:${b.state}`)).toEqual(["d:ready", "a:ready", "c:ready"]);
	});
	test("of operations gives way to those of the same box", async () => {
		const request = slow<OperationResponse[]>([]);
		const asked = askLive(request.ask, operationsSince("a"));
		const newer = [{ id: "op_1" }] as OperationResponse[];
		noteEvents([
			{ type: "operations", devboxId: "a", operations: newer },
			{ type: "operations", devboxId: "b", operations: [] },
		]);
		request.answerNow();
		expect(await asked).toBe(newer);
	});
	test("of a read is asked once more when the stream had a gap meanwhile", async () => {
		const answers = [box("a", "stopped"), box("a")];
		const read = await readLive(async () => {
			const answer = answers.shift() as DevboxResponse;
			if (answers.length === 1) noteEvents([{ type: "resync" }]);
			return answer;
		}, devboxSince);
		expect([read, answers]).toEqual([box("a"), []]);
	});
	test("stands when the events came before it was asked for, and a failure is told as it is", async () => {
		noteEvents([event(box("a", "failed"))]);
		expect(await askLive(async () => box("a"), devboxSince)).toEqual(box("a"));
		await expect(askLive(() => Promise.reject(new Error("no")), devboxSince)).rejects.toThrow("no");
	});
});
