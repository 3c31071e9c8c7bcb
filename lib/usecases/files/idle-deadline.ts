import { AppError } from "../../domain/errors.ts";

export const transferIdleMs = 60_000;

export type IdleDeadline = {
	/** Fires with the outer signal, or when nothing has moved for `idleMs`. */
	signal: AbortSignal;
	/** Something moved. */
	touch(): void;
	close(): void;
};

/** A transfer may take as long as it likes, but not stand still. */
export function openIdleDeadline(o: { signal: AbortSignal; idleMs?: number }): IdleDeadline {
	const idleMs = o.idleMs ?? transferIdleMs;
	const idle = new AbortController();
	let touchedAt = performance.now();
	const timer = setInterval(() => {
		if (performance.now() - touchedAt < idleMs) return;
		clearInterval(timer);
		idle.abort(
			new AppError({
				code: "timeout",
				message: `The transfer was ended: nothing of it moved for ${Math.round(idleMs / 1000)} s. Try again.`,
			}),
		);
	}, idleMs / 12);
	return {
		signal: AbortSignal.any([o.signal, idle.signal]),
		touch() {
			touchedAt = performance.now();
		},
		close: () => clearInterval(timer),
	};
}

/** What a broken transfer is told as: why it was ended, rather than what the end broke. */
export function reasonOf(signal: AbortSignal, error: unknown): unknown {
	return signal.aborted && signal.reason instanceof AppError ? signal.reason : error;
}
