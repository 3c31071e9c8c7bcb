/**
 * Runs one claimed run of a pipeline, from wherever it stands, as far as it goes.
 *
 * 1. A run whose box is meant to be something else by now (its owner clicked on) ends `cancelled`.
 * 2. Each step that has not succeeded runs in order. Before it acts, the journal counts the attempt and notes that its undo is
 *    needed; after it, its message and the begin of the next step are one write.
 * 3. A step that needs an engine that is down, or a host with room, sends the run back to the queue with a message that says what is
 *    waited for, as often as it takes. A retryable error does so with a growing pause, `attemptsMax` times.
 * 4. A step that fails for good says why, and the steps after it are `deleted`. The undos run, last step first, until they
 *    succeed; then the box gets the state that the pipeline says, and the run ends.
 *
 * A `kill -9` at any line leaves rows that say where it stood: the next worker comes in at 2, 3 or 4. Whoever finds that the claim
 * is lost stops without another word.
 */
import { LostClaimError } from "../../lib/db/claimed-run.ts";
import type { RunOperation } from "../../lib/db/run-rows.ts";
import { type Step, stepOf } from "./pipeline.ts";
import type { RunInput, RunOutcome } from "./run-input.ts";
import { openStepContext } from "./step-context.ts";
import { backoffMs, ShuttingDown, stepErrorKind, stepErrorMessage, WaitFor } from "./step-error.ts";
import { undoRun } from "./undo-run.ts";
import { hostOutage, raceSignal } from "./watch-step.ts";

/** Never throws what a step threw; throws when the database stays away or has lost rows. */
export async function runPipeline(input: RunInput): Promise<RunOutcome> {
	try {
		return await resume(input);
	} catch (error) {
		if (error instanceof LostClaimError || input.signal.reason instanceof LostClaimError) return "lost";
		if (error instanceof ShuttingDown || input.signal.reason instanceof ShuttingDown) return "handed_back";
		throw error;
	}
}

async function resume(input: RunInput): Promise<RunOutcome> {
	const { run, pipeline } = input;
	const [devbox, operations] = await Promise.all([run.readDevbox(), run.readOperations()]);
	const failed = operations.find((operation) => operation.status === "failed");
	if (failed) return undoRun(input, { operations, failed });
	if (!pipeline.wants.includes(devbox.desiredState)) {
		const deleted = operations.filter((operation) => operation.status === "pending").map((operation) => operation.id);
		await run.end({ status: "cancelled", deleted });
		return "cancelled";
	}
	const first = operations.findIndex((operation) => operation.status === "pending");
	const operation = operations[first];
	if (!operation) {
		await run.end({ status: "success" });
		return "success";
	}
	await run.begin({ id: operation.id, undo: Boolean(stepOf(pipeline, operation).undo) });
	return runSteps(input, operations.slice(first));
}

async function runSteps(input: RunInput, operations: RunOperation[]): Promise<RunOutcome> {
	const { run, pipeline } = input;
	for (const [index, operation] of operations.entries()) {
		const step = stepOf(pipeline, operation);
		const following = operations[index + 1];
		try {
			const { message, box, aiTokens } = await attempt(input, step, operation);
			const next = following && { id: following.id, undo: Boolean(stepOf(pipeline, following).undo) };
			const end = next ? undefined : "success";
			await run.finish({ id: operation.id, message, box, next, end, aiTokens });
		} catch (error) {
			return stopAt(input, { step, operation, operations, error });
		}
		if (following && input.isStopping()) return "handed_back";
	}
	return "success";
}

async function attempt(input: RunInput, step: Step, operation: RunOperation) {
	const deadline = AbortSignal.timeout(step.timeoutMs);
	const signal = AbortSignal.any([input.signal, deadline]);
	const ctx = await openStepContext(input, { operationId: operation.id, signal });
	return raceSignal(step.run(ctx), signal);
}

/** What becomes of the run when a step threw: it waits, tries again later, or fails. */
async function stopAt(
	input: RunInput,
	o: { step: Step; operation: RunOperation; operations: RunOperation[]; error: unknown },
): Promise<RunOutcome> {
	const { run, pipeline, deps, signal } = input;
	const { step, operation, error } = o;
	if (error instanceof LostClaimError || signal.aborted) throw error;
	const box = pipeline.whileWaiting;
	if (error instanceof WaitFor) {
		await run.wait({ id: operation.id, message: error.message, afterMs: error.afterMs, isAttempt: false, box });
		return "waiting";
	}
	const kind = stepErrorKind(error);
	if (kind === "database_away") throw error;
	const message = stepErrorMessage(error, { timeoutMs: step.timeoutMs, runId: run.claim.runId });
	deps.log.warn({ run: run.claim.runId, step: step.name, kind, err: error }, "a step did not succeed");
	if (kind === "retryable") {
		const outage = await hostOutage(deps.hosts, (await run.readDevbox()).hostId);
		if (outage) {
			await run.wait({ id: operation.id, message: outage, afterMs: outagePauseMs, isAttempt: false, box });
			return "waiting";
		}
		const attempts = operation.attempts + 1;
		if (attempts < step.attemptsMax) {
			const afterMs = backoffMs(attempts);
			const text = `Attempt ${attempts} of ${step.attemptsMax} failed, the next one starts in ${afterMs / 1000} s. ${message}`;
			await run.wait({ id: operation.id, message: text, afterMs, isAttempt: true });
			return "waiting";
		}
	}
	const skipped = o.operations.filter((other) => other.position > operation.position).map((other) => other.id);
	await run.fail({ id: operation.id, message, skipped });
	const operations = await run.readOperations();
	const failed = operations.find((other) => other.id === operation.id) ?? operation;
	return undoRun(input, { operations, failed });
}

const outagePauseMs = 5_000;
