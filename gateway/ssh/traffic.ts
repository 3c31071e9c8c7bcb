/** What a connection does, for those who look at it from outside. */
export type Traffic = {
	note(bytes: number): void;
	noteTerminal(): void;
	/** Both ways, over the last seconds. */
	readonly bytesPerSecond: number;
	readonly lastActivityAt: Date;
	readonly isTty: boolean;
};

const spanMs = 5_000;

export function openTraffic(o: { now?: () => number } = {}): Traffic {
	const now = o.now ?? Date.now;
	let lastActivityAt = now();
	let isTty = false;
	let spanAt = now();
	let spanBytes = 0;
	let rate = 0;

	function roll(): void {
		const passedMs = now() - spanAt;
		if (passedMs < spanMs) return;
		// After a pause the span before it says nothing any more.
		rate = (spanBytes * 1000) / passedMs;
		spanAt = now();
		spanBytes = 0;
	}

	return {
		note(bytes) {
			roll();
			spanBytes += bytes;
			lastActivityAt = now();
		},
		noteTerminal() {
			isTty = true;
		},
		get bytesPerSecond() {
			roll();
			return Math.round(rate);
		},
		get lastActivityAt() {
			return new Date(lastActivityAt);
		},
		get isTty() {
			return isTty;
		},
	};
}
