/** When a request may be sent once more, and after how long. */
import type { DevboxError } from "./devbox-error.ts";

/**
 * `safe`: repeating it changes nothing that one request did not (reads, replaced files, ends, requests with an idempotency key). `unsafe`: only
 * an answer that says that nothing was done lets it be repeated. `never`: its body can be read only once.
 */
export type Repeatability = "safe" | "unsafe" | "never";

const delayMinMs = 300;
const delayMaxMs = 5_000;
/** Whoever is told to come back later than this gets the error, and decides. */
const retryAfterMaxMs = 30_000;

/** Milliseconds until the next try; null when the error stands. `attempt` counts from 0. */
export function retryDelayMs(o: {
	error: DevboxError;
	attempt: number;
	retriesMax: number;
	repeatability: Repeatability;
	/** From 0 to 1. */
	random: number;
}): number | null {
	const { error } = o;
	if (o.attempt >= o.retriesMax || o.repeatability === "never" || !mayRepeat(error, o.repeatability === "safe"))
		return null;
	if (error.retryAfterMs !== null && error.retryAfterMs > retryAfterMaxMs) return null;
	const backoffMs = Math.min(delayMaxMs, delayMinMs * 2 ** o.attempt);
	// Half of it by chance, so that many clients of a server that was away do not come back as one.
	return Math.max(error.retryAfterMs ?? 0, backoffMs * (0.5 + o.random / 2));
}

function mayRepeat(error: DevboxError, isSafe: boolean): boolean {
	if (error.status === 429) return true;
	if (error.status === 503 && error.retryAfterMs !== null) return true;
	if (!isSafe) return false;
	// An earlier try with the same key is still at work.
	if (error.status === 409) return error.code === "conflict" && error.retryAfterMs !== null;
	// A deadline of ours that passed is the caller's answer, not a reason to wait as long again.
	return error.code === "network" || [502, 503, 504].includes(error.status);
}
