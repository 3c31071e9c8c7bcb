import type { OperationResponse } from "@/lib/contract/devboxes.ts";

export type OperationRun = {
	id: string;
	pipeline: string;
	operations: OperationResponse[];
	createdAt: string;
	status: "running" | "success" | "failed";
};

/** Operations by the run that they belong to, the newest run first, its steps in order. */
export function groupRuns(operations: readonly OperationResponse[]): OperationRun[] {
	const byRun = new Map<string, OperationResponse[]>();
	for (const operation of operations) {
		const steps = byRun.get(operation.run_id);
		if (steps) steps.push(operation);
		else byRun.set(operation.run_id, [operation]);
	}
	const runs = [...byRun].map(([id, steps]) => ({
		id,
		pipeline: steps[0]?.pipeline ?? "",
		operations: steps,
		createdAt: steps[0]?.created_at ?? "",
		status: runStatus(steps),
	}));
	return runs.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

function runStatus(steps: readonly OperationResponse[]): OperationRun["status"] {
	if (steps.some((step) => step.status === "failed")) return "failed";
	return steps.some((step) => step.status === "pending") ? "running" : "success";
}

/** Milliseconds that a step took, or has taken so far; null before it began. */
export function stepDuration(operation: OperationResponse, nowMs: number): number | null {
	if (!operation.started_at) return null;
	const end = operation.finished_at ? Date.parse(operation.finished_at) : nowMs;
	return Math.max(0, end - Date.parse(operation.started_at));
}

/** The failure that is shown open: the first of the newest failed run, whatever later steps say. */
export function firstFailure(runs: readonly OperationRun[]): string | null {
	const failed = runs.find((run) => run.status === "failed");
	return failed?.operations.find((step) => step.status === "failed")?.id ?? null;
}

/** One watches setup commands: what they write is shown as it comes. Whoever folds it away leaves it so. */
export function hasLiveOutput(operation: OperationResponse): boolean {
	return operation.step === "run_setup_commands" && splitMessage(operation.message).output.trim() !== "";
}

/**
 * The first line is what happened; the rest is output. A message has its control characters written out; the two that colour text and
 * write over it are themselves again in the output, for a reader that obeys no others.
 */
export function splitMessage(message: string): { headline: string; output: string } {
	const end = message.indexOf("\n");
	if (end < 0) return { headline: message, output: "" };
	const output = message
		.slice(end + 1)
		.replaceAll(/\\x1b(?=\[[0-9;]{0,40}m)/g, "\x1b")
		.replaceAll("\\x0d", "\r");
	return { headline: message.slice(0, end), output };
}

/** It succeeded, and something of it did not work: its message says so first. */
export function hasWarning({ status, message }: Pick<OperationResponse, "status" | "message">): boolean {
	return status === "success" && message.startsWith("Warning");
}
