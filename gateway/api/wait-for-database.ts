import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "../../lib/domain/errors.ts";

const waitMsMax = 20_000;
const retryEveryMs = 250;

/**
 * Repeats a *read* while the database is away, for at most 20 s; then, or when `signal` is aborted, the last refusal stands.
 * Never for a write: whether that happened is not known.
 */
export async function waitForDatabase<T>(
	read: () => Promise<T>,
	o: { signal: AbortSignal; waitMs?: number },
): Promise<T> {
	const deadline = Date.now() + (o.waitMs ?? waitMsMax);
	for (;;) {
		try {
			return await read();
		} catch (error) {
			const isAway = error instanceof AppError && error.code === "unavailable";
			if (!isAway || o.signal.aborted || Date.now() + retryEveryMs > deadline) throw error;
		}
		await pause(retryEveryMs);
	}
}
