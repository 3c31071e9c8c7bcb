/** How trouble with a link is said to people. What the box sent goes into `cause` alone, bounded and with control characters escaped. */
import { AppError } from "../domain/errors.ts";
import { EngineError } from "../engines/engine.ts";
import { LinkViolation } from "./link-stream.ts";
import { hostKeyFailedExitCode, sshdMissingExitCode } from "./sshd-command.ts";

/** Bytes from a box as one printable line, for a log. */
export function printable(bytes: Buffer | string, charactersMax = 2048): string {
	const text = typeof bytes === "string" ? bytes : bytes.toString("utf8");
	return text
		.slice(0, charactersMax)
		.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

export function linkLost(cause: unknown): AppError {
	return new AppError({
		code: "unavailable",
		message:
			"The connection into the devbox was lost before the command had ended. Try again; whether it ran to its end is not known.",
		cause,
		isOutcomeUnknown: true,
	});
}

export function linkTimeout(what: string): AppError {
	return new AppError({
		code: "timeout",
		message: `The devbox did not answer in time: ${what}. Look at its load, or try again.`,
	});
}

export function aborted(signal: AbortSignal): AppError {
	return new AppError({ code: "unavailable", message: "The request was cancelled.", cause: signal.reason });
}

/** Why a link could not be opened, from what its process left behind. `cause` may hold the first trouble seen. */
export function openFailure(o: { exitCode: number | null; stderr: Buffer; cause: unknown }): AppError {
	if (o.cause instanceof AppError) return o.cause;
	if (o.cause instanceof EngineError) return engineFailure(o.cause);
	const detail = new Error(printable(o.stderr) || "no output", { cause: o.cause });
	if (o.cause instanceof LinkViolation) {
		return new AppError({
			code: "unavailable",
			message:
				"The devbox's SSH server does not keep to the protocol, so the connection was closed. Reinstall openssh-server in the devbox.",
			cause: o.cause,
		});
	}
	if (o.exitCode === sshdMissingExitCode) {
		return new AppError({
			code: "unavailable",
			message:
				"The devbox's image has no SSH server. Add it to the image: `apt-get install openssh-server` (its service need not run).",
			cause: detail,
		});
	}
	if (o.exitCode === hostKeyFailedExitCode) {
		return new AppError({
			code: "unavailable",
			message: "The devbox could not make its SSH host key. Its /run may be full or its memory used up: restart it.",
			cause: detail,
		});
	}
	return new AppError({
		code: "unavailable",
		message:
			"No connection into the devbox: its SSH server ended or refused us. Check that openssh-server is installed and that the account is not locked (`usermod -p '*' devbox`).",
		cause: detail,
	});
}

function engineFailure(error: EngineError): AppError {
	if (error.code === "timeout") return linkTimeout("the engine did not start the connection");
	const reasons = {
		not_found: "The devbox is not on its host any more.",
		conflict: "The devbox is busy changing its state. Try again in a moment.",
		invalid: "The devbox is not running. Start it, then try again.",
		unavailable: "The devbox's host does not answer. Try again in a moment.",
	} as const;
	return new AppError({ code: "unavailable", message: reasons[error.code], cause: error, retryAfterSeconds: 2 });
}
