/** The longest that a JavaScript timer takes; past it, it would fire at once. */
const timerMsMax = 2 ** 31 - 1;

/** Calls `onDue` after `ms`; never for Infinity. Answers what takes it back. */
export function startTimer(ms: number, onDue: () => void): () => void {
	if (ms === Number.POSITIVE_INFINITY) return () => undefined;
	const timer = setTimeout(onDue, Math.min(ms, timerMsMax));
	return () => clearTimeout(timer);
}

/** Resolves after `ms`, or at once when `signal` is aborted; the caller looks which. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal?.aborted) return resolve();
		const done = () => {
			stopTimer();
			signal?.removeEventListener("abort", done);
			resolve();
		};
		const stopTimer = startTimer(ms, done);
		signal?.addEventListener("abort", done);
	});
}
