"use client";
import { useSyncExternalStore } from "react";

type Clock = { subscribe: (onTick: () => void) => () => void; read: () => number };

/** One timer for all who show the same tick, however many rows there are; none while nobody looks. */
function createClock(tickMs: number): Clock {
	const listeners = new Set<() => void>();
	let now = Date.now();
	let timer: ReturnType<typeof setInterval> | null = null;
	const tick = () => {
		if (document.hidden) return;
		now = Date.now();
		for (const listener of listeners) listener();
	};
	return {
		subscribe(onTick) {
			listeners.add(onTick);
			now = Date.now();
			timer ??= setInterval(tick, tickMs);
			return () => {
				listeners.delete(onTick);
				if (listeners.size > 0 || timer === null) return;
				clearInterval(timer);
				timer = null;
			};
		},
		read: () => now,
	};
}

const clocks = { second: createClock(1_000), halfMinute: createClock(15_000) };

/** The time in milliseconds, new at every tick. Null on the server, whose clock and zone are not the viewer's. */
export function useNow(tick: keyof typeof clocks): number | null {
	const clock = clocks[tick];
	return useSyncExternalStore(clock.subscribe, clock.read, () => null);
}
