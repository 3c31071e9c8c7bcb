import { describe, expect, test } from "vitest";
import type { OperationResponse } from "../../lib/contract/devboxes.ts";
import { firstFailure, groupRuns, splitMessage, stepDuration } from "./operation-runs.ts";

const operation = (fields: Partial<OperationResponse>): OperationResponse => ({
	id: "op_1",
	step: "provision",
	status: "success",
	message: "",
	created_at: "2026-01-01T00:00:00.000Z",
	pipeline: "create-devbox",
	run_id: "run_1",
	attempts: 1,
	started_at: null,
	finished_at: null,
	...fields,
});

describe("the timeline", () => {
	test("keeps the steps of a run together and shows the newest run first", () => {
		const runs = groupRuns([
			operation({ id: "op_1" }),
			operation({ id: "op_2", status: "pending" }),
			operation({ id: "op_3", run_id: "run_2", pipeline: "stop-devbox", created_at: "2026-01-02T00:00:00.000Z" }),
		]);
		expect(runs.map((run) => [run.id, run.operations.length, run.status])).toEqual([
			["run_2", 1, "success"],
			["run_1", 2, "running"],
		]);
	});
	test("opens the first failure of the newest failed run", () => {
		const runs = groupRuns([operation({ id: "a", status: "failed" }), operation({ id: "b", status: "failed" })]);
		expect(firstFailure(runs)).toBe("a");
		expect(firstFailure(groupRuns([operation({})]))).toBeNull();
	});
	test("a step that runs is measured to now, one that has not begun not at all", () => {
		const now = Date.parse("2026-01-01T00:00:10.000Z");
		expect(stepDuration(operation({ started_at: "2026-01-01T00:00:04.000Z" }), now)).toBe(6_000);
		expect(
			stepDuration(operation({ started_at: "2026-01-01T00:00:04.000Z", finished_at: "2026-01-01T00:00:05.500Z" }), now),
		).toBe(1_500);
		expect(stepDuration(operation({}), now)).toBeNull();
	});
	test("the first line of a message is its headline", () => {
		expect(splitMessage("done")).toEqual({ headline: "done", output: "" });
		expect(splitMessage("exit 1\na\nb")).toEqual({ headline: "exit 1", output: "a\nb" });
	});
	test("output has its colours and its carriage returns again, and no other control character", () => {
		expect(splitMessage("ran\n\\x1b[31mred\\x1b[0m 10%\\x0d99% \\x1b]0;title\\x07").output).toBe(
			"\x1b[31mred\x1b[0m 10%\r99% \\x1b]0;title\\x07",
		);
	});
});
