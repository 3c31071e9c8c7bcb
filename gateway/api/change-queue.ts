/** What a stream still has to tell about: each box at most every 100 ms, and past a bound `resync` stands for all of them. */
export type DueChange =
	| { kind: "devbox"; devboxId: string }
	/** Null: what no box is named for. */
	| { kind: "network"; devboxId: string | null }
	| { kind: "resync" };

export type ChangeQueue = {
	add(devboxId: string): void;
	addNetwork(devboxId: string | null): void;
	/** Everything that waits is void: the client reads again. */
	resync(): void;
	/** What may be sent now; null when nothing is due yet: `onDue` then says when. */
	take(): DueChange | null;
	close(): void;
};

export const perBoxEveryMs = 100;
export const waitingMax = 1_000;

/** `onDue` is called from a timer when something may be taken: take until null. `resync` is held to the same pace as a box. */
export function openChangeQueue(o: { onDue: () => void; now?: () => number }): ChangeQueue {
	const now = o.now ?? Date.now;
	const waiting = new Map<string, DueChange>();
	const takenAt = new Map<string, number>();
	let isResyncWaiting = false;
	let resyncTakenAt = -Infinity;
	let timer: NodeJS.Timeout | null = null;
	let timerAt = 0;
	let isClosed = false;

	/** Milliseconds until it may be sent; zero or less is now. */
	function dueIn(lastAt: number | undefined): number {
		return (lastAt ?? -Infinity) + perBoxEveryMs - now();
	}

	/** Wakes the owner when the first thing that waits is due. Not again until it asked `take` and got null: it may be busy. */
	function schedule(): void {
		const waits = [...waiting.keys()].map((key) => dueIn(takenAt.get(key)));
		if (isResyncWaiting) waits.push(dueIn(resyncTakenAt));
		const next = Math.max(
			1,
			waits.reduce((least, ms) => Math.min(least, ms), Infinity),
		);
		if (isClosed || next === Infinity || (timer && timerAt <= now() + next)) return;
		if (timer) clearTimeout(timer);
		timerAt = now() + next;
		timer = setTimeout(() => {
			timer = null;
			o.onDue();
		}, next);
	}

	function forgetOld(): void {
		for (const [key, at] of takenAt) if (now() - at >= perBoxEveryMs) takenAt.delete(key);
	}

	function resync(): void {
		waiting.clear();
		isResyncWaiting = true;
		schedule();
	}

	function put(key: string, change: DueChange): void {
		waiting.set(key, change);
		if (waiting.size > waitingMax) resync();
		else schedule();
	}

	return {
		resync,
		add: (devboxId) => put(devboxId, { kind: "devbox", devboxId }),
		addNetwork: (devboxId) => put(`network ${devboxId ?? ""}`, { kind: "network", devboxId }),
		take() {
			if (isResyncWaiting && dueIn(resyncTakenAt) <= 0) {
				isResyncWaiting = false;
				resyncTakenAt = now();
				return { kind: "resync" };
			}
			for (const [key, change] of waiting) {
				if (dueIn(takenAt.get(key)) > 0) continue;
				waiting.delete(key);
				takenAt.set(key, now());
				return change;
			}
			forgetOld();
			schedule();
			return null;
		},
		close() {
			isClosed = true;
			if (timer) clearTimeout(timer);
			waiting.clear();
		},
	};
}
