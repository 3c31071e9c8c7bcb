/** Keeps a step's message up to date while it works, at most once in `everyMs`: a command can write faster than anybody reads. */
export type LiveMessage = {
	/** Something has changed: the message is rendered and written with the next tick. */
	touch(): void;
	/** Rejects when a write failed: the claim is lost, or the database stays away. Never resolves. */
	readonly failed: Promise<never>;
	/** Ends it; waits for a write under way. */
	close(): Promise<void>;
};

export function openLiveMessage(o: {
	render: () => string;
	write: (message: string) => Promise<void>;
	everyMs: number;
}): LiveMessage {
	const failed = Promise.withResolvers<never>();
	// Whoever awaits it gets the rejection; nobody may, when the step ended first.
	failed.promise.catch(() => undefined);
	let isTouched = false;
	let writing: Promise<void> | null = null;
	const timer = setInterval(() => {
		if (!isTouched || writing !== null) return;
		isTouched = false;
		writing = o.write(o.render()).then(
			() => {
				writing = null;
			},
			(error: unknown) => {
				clearInterval(timer);
				failed.reject(error);
			},
		);
	}, o.everyMs);
	return {
		touch() {
			isTouched = true;
		},
		failed: failed.promise,
		async close() {
			clearInterval(timer);
			await writing;
		},
	};
}
