import type { Log } from "../../lib/log/log.ts";

export type ListenerSet<T> = { add(listener: (value: T) => void): () => void; emit(value: T): void };

/** Listeners that cannot hurt each other: what one throws is logged, and the next is called. */
export function openListenerSet<T>(log: Log): ListenerSet<T> {
	const listeners = new Set<(value: T) => void>();
	return {
		add(listener) {
			// A function of its own, so that adding the same listener twice makes two subscriptions.
			const own = (value: T) => listener(value);
			listeners.add(own);
			return () => listeners.delete(own);
		},
		emit(value) {
			for (const listener of [...listeners]) {
				try {
					listener(value);
				} catch (error) {
					log.error({ err: error }, "a listener for changes failed");
				}
			}
		},
	};
}
