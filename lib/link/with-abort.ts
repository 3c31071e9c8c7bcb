/** The promise's value, or `failure()` at once when the signal fires; a value that comes too late goes to `late`. */
export async function withAbort<T>(
	work: Promise<T>,
	o: { signal: AbortSignal; failure: () => Error; late: (value: T) => void },
): Promise<T> {
	const { promise: stopped, reject } = Promise.withResolvers<never>();
	let isStopped = false;
	const stop = () => {
		isStopped = true;
		reject(o.failure());
	};
	if (o.signal.aborted) stop();
	o.signal.addEventListener("abort", stop, { once: true });
	// The rejection of work that lost the race has been reported as the abort.
	work.then((value) => isStopped && o.late(value)).catch(() => undefined);
	try {
		return await Promise.race([work, stopped]);
	} finally {
		o.signal.removeEventListener("abort", stop);
	}
}
