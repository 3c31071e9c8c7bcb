/** What an error of a step means for its run. */
import { isDatabaseAway } from "../../lib/db/database.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { EngineError } from "../../lib/engines/engine.ts";

/** Thrown by a step that cannot go on yet: the run waits, as long as it takes, and says what for. */
export class WaitFor extends Error {
	readonly afterMs: number;

	/** `message`: what is being waited for, a sentence for the box's owner. */
	constructor(message: string, afterMs = 5_000) {
		super(message);
		this.name = "WaitFor";
		this.afterMs = afterMs;
	}
}

/** The process shuts down: the run is handed back as it is. */
export class ShuttingDown extends Error {
	constructor() {
		super("The worker shuts down");
		this.name = "ShuttingDown";
	}
}

export type StepErrorKind = "retryable" | "final" | "database_away" | "unexpected";

export function stepErrorKind(error: unknown): StepErrorKind {
	if (error instanceof EngineError) return error.isRetryable ? "retryable" : "final";
	if (error instanceof Error && error.name === "TimeoutError") return "retryable";
	if (isDatabaseAway(error)) return "database_away";
	if (error instanceof AppError) {
		if (error.code === "internal") return "unexpected";
		return error.code === "unavailable" || error.code === "timeout" ? "retryable" : "final";
	}
	return "unexpected";
}

/** For the owner of the box. What nobody foresaw stays in the log. */
export function stepErrorMessage(error: unknown, o: { timeoutMs: number; runId: string }): string {
	if (error instanceof EngineError || error instanceof AppError) return error.message;
	if (error instanceof Error && error.name === "TimeoutError")
		return `It did not finish within ${Math.round(o.timeoutMs / 1000)} s.`;
	return `Something went wrong that should not have. The worker's log tells more: look for ${o.runId}.`;
}

const backoffFirstMs = 1_000;
const backoffMaxMs = 15_000;

/** Pause before the attempt after number `attempt`: 1 s, 2 s, 4 s, ... at most 15 s. */
export function backoffMs(attempt: number): number {
	return Math.min(backoffMaxMs, backoffFirstMs * 2 ** Math.max(0, attempt - 1));
}
