/** Ctrl-C ends the work as a fault does, so that what was made for it is taken away by whoever made it. */
export class Interrupted extends Error {
	override message = "Interrupted.";
}

const signals = ["SIGINT", "SIGTERM"] as const;

export async function orInterrupted<T>(work: () => Promise<T>): Promise<T> {
	const { promise, reject } = Promise.withResolvers<never>();
	const interrupt = () => reject(new Interrupted());
	for (const signal of signals) process.once(signal, interrupt);
	try {
		return await Promise.race([work(), promise]);
	} finally {
		for (const signal of signals) process.off(signal, interrupt);
	}
}
