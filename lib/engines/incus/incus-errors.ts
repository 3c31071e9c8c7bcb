/** How what Incus, LXD and the network say becomes the closed set of engine errors. Pure. */
import { EngineError, type EngineErrorCode } from "../engine.ts";

/** The API's own words for "try again later": the instance is in the middle of something else. */
const busyPattern = /is busy running|already running an? .* operation|currently busy/i;
const existsPattern = /already exists|already in use|UNIQUE constraint/i;
/** Refusals with a reason that the engine sends as HTTP 500: asking again changes nothing. */
const refusedPattern = /doesn't allow|not allowed|forbidden|no space left|quota exceeded|invalid/i;
/** Failures of an operation that say nothing about what was asked for (a copy of a loaded engine ended with the first): try again. */
const passingPattern = /bad file descriptor|resource temporarily unavailable|connection reset|broken pipe/i;
const missingProjectPattern = /(^|: )(no such project|project( "[^"]*")? not found)/i;

/** Thrown inside the driver when an instance is held by another operation; it waits for that one and tries again. */
export class InstanceBusyError extends EngineError {
	constructor(message: string) {
		super("unavailable", message);
		this.name = "InstanceBusyError";
	}
}

/** For a reply with an HTTP error status. `what` names the request, as `POST /1.0/instances`. */
export function errorOfResponse(status: number, message: string, what: string): EngineError {
	const text = `${message || "no message"} (${what}: HTTP ${status})`;
	if (busyPattern.test(message)) return new InstanceBusyError(text);
	if (status === 404) {
		// A missing project must never read as "the instance is gone".
		const isProjectMissing = missingProjectPattern.test(message) && !what.includes("/1.0/projects/");
		return new EngineError(isProjectMissing ? "invalid" : "not_found", text);
	}
	if (status === 409 || existsPattern.test(message)) return new EngineError("conflict", text);
	if (status >= 500 && !refusedPattern.test(message)) return new EngineError("unavailable", text);
	return new EngineError("invalid", text);
}

/** For an operation that ended as a failure: the engine worked, and says why the thing could not be done. */
export function errorOfOperation(message: string, what: string): EngineError {
	const text = `${message || "failed without a message"} (${what})`;
	if (busyPattern.test(message)) return new InstanceBusyError(text);
	if (existsPattern.test(message)) return new EngineError("conflict", text);
	if (passingPattern.test(message)) return new EngineError("unavailable", text);
	if (/^(instance|snapshot|.*instance) not found|failed (to )?(loading|load).*not found/i.test(message)) {
		return new EngineError("not_found", text);
	}
	return new EngineError("invalid", text);
}

/** For what node's http, tls and ws throw. */
export function errorOfNetwork(error: unknown, what: string): EngineError {
	const message = error instanceof Error ? error.message : String(error);
	return new EngineError("unavailable", `The engine does not answer: ${message} (${what})`, error);
}

/** What an aborted call rejects with: a deadline becomes `timeout`, any other abort keeps the caller's own reason. */
export function errorOfAbort(signal: AbortSignal, what: string): unknown {
	const reason: unknown = signal.reason;
	if (reason instanceof EngineError) return reason;
	if (reason instanceof Error && reason.name === "TimeoutError") {
		return new EngineError("timeout", `The engine did not finish in time (${what})`, reason);
	}
	return reason ?? new EngineError("timeout", `Aborted (${what})`);
}

export function isEngineError(error: unknown, ...codes: EngineErrorCode[]): error is EngineError {
	return error instanceof EngineError && codes.includes(error.code);
}
