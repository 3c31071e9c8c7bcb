/** What a person is told when GitHub says no, or nothing. */
import { AppError } from "../domain/errors.ts";

export const reconnectAdvice = "Connect it again under Settings, GitHub.";

export function notConnected(o: { isConfigured: boolean }): AppError {
	return new AppError({
		code: "conflict",
		message: o.isConfigured
			? "GitHub is not connected. Connect your account under Settings, GitHub; public repositories can be cloned without it."
			: "GitHub is not connected, and this server cannot connect it: its operator has set no AUTH_GITHUB_ID and AUTH_GITHUB_SECRET. Public repositories can be cloned without it: name them when you create a devbox.",
	});
}

export function mustReconnect(reason: string, cause?: unknown): AppError {
	return new AppError({ code: "conflict", message: `${reason} ${reconnectAdvice}`, cause });
}

export function githubDown(o: { host: string; what: string; retryAfterSeconds?: number; cause?: unknown }): AppError {
	return new AppError({
		code: "unavailable",
		message: `${o.host} ${o.what}. Try again later.`,
		retryAfterSeconds: o.retryAfterSeconds ?? 30,
		cause: o.cause,
	});
}

export function rateLimited(host: string, seconds: number): AppError {
	const minutes = Math.ceil(seconds / 60);
	const wait = seconds < 90 ? `${seconds} seconds` : `${minutes} minutes`;
	return new AppError({
		code: "unavailable",
		message: `${host} limits how often your account may ask. Try again in ${wait}.`,
		retryAfterSeconds: seconds,
	});
}

export function noSuchRepository(fullName: string, why: string): AppError {
	return new AppError({ code: "not_found", message: `The repository ${fullName} cannot be used: ${why}` });
}
