/** Takes back what the steps of a failed run made, last first, and then writes what becomes of the box. */
import { LostClaimError } from "../../lib/db/claimed-run.ts";
import type { RunOperation } from "../../lib/db/run-rows.ts";
import { stepOf } from "./pipeline.ts";
import type { RunInput, RunOutcome } from "./run-input.ts";
import { openStepContext } from "./step-context.ts";
import { stepErrorKind, stepErrorMessage } from "./step-error.ts";
import { hostOutage, raceSignal } from "./watch-step.ts";

const undoTimeoutMs = 60_000;
/** An undo is tried until it succeeds: nothing of ours may stay on a host, and until then the name is not free. */
const undoPauseMs = 5_000;
const pendingUndoMark = "\n\nNot cleaned up yet: ";

export async function undoRun(
	input: RunInput,
	o: { operations: RunOperation[]; failed: RunOperation },
): Promise<RunOutcome> {
	const { run, pipeline } = input;
	const message = o.failed.message.split(pendingUndoMark)[0] ?? "";
	const plan = pipeline.onFailure({ step: o.failed.step, message, devbox: await run.readDevbox() });
	if (plan.isUndone) {
		for (const operation of o.operations.toReversed()) {
			if (!operation.undoNeeded) continue;
			const problem = await tryUndo(input, operation);
			if (problem === null) continue;
			const text = `${message}${pendingUndoMark}${problem}`;
			await run.wait({ id: o.failed.id, message: text, afterMs: undoPauseMs, isAttempt: true });
			return "waiting";
		}
	}
	if (message !== o.failed.message) await run.progress(o.failed.id, message);
	const deleted = o.operations.filter((operation) => operation.status === "pending").map((operation) => operation.id);
	await run.end({ status: "failed", box: plan.box, deleted });
	return "failed";
}

/** Null when it is undone; otherwise why not yet. */
async function tryUndo(input: RunInput, operation: RunOperation): Promise<string | null> {
	const { run, pipeline, deps } = input;
	const step = stepOf(pipeline, operation);
	const signal = AbortSignal.any([input.signal, AbortSignal.timeout(undoTimeoutMs)]);
	try {
		const ctx = await openStepContext(input, { operationId: operation.id, signal });
		if (step.undo) await raceSignal(step.undo(ctx), signal);
		await run.undone(operation.id);
		return null;
	} catch (error) {
		if (error instanceof LostClaimError || input.signal.aborted) throw error;
		if (stepErrorKind(error) === "database_away") throw error;
		deps.log.warn({ run: run.claim.runId, step: step.name, err: error }, "an undo did not succeed, it is tried again");
		const outage = await hostOutage(deps.hosts, (await run.readDevbox()).hostId);
		return outage ?? stepErrorMessage(error, { timeoutMs: undoTimeoutMs, runId: run.claim.runId });
	}
}
