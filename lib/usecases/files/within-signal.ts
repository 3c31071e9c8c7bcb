import type { Writable } from "node:stream";

/** The promise's value, unless the signal fires first: then its reason is thrown at once. */
export async function withinSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	const { promise: stopped, reject } = Promise.withResolvers<never>();
	const stop = () => reject(signal.reason);
	if (signal.aborted) stop();
	signal.addEventListener("abort", stop, { once: true });
	// The loser of the race has nobody to hear it.
	work.catch(() => undefined);
	try {
		return await Promise.race([work, stopped]);
	} finally {
		signal.removeEventListener("abort", stop);
	}
}

/** Resolves when the stream takes more, or never will: whoever writes then finds out. */
export async function roomIn(stream: Writable, signal: AbortSignal): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const events = ["drain", "finish", "close"] as const;
	for (const event of events) stream.once(event, resolve);
	try {
		if (stream.writableNeedDrain && !stream.destroyed) await withinSignal(promise, signal);
	} finally {
		for (const event of events) stream.off(event, resolve);
	}
}
