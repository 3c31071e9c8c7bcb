import type { Readable } from "node:stream";

/**
 * What a request sends. Unlike a stream's own iterator this one leaves the request open when its reader stops early, since an
 * answer has still to go out on it, and does not wait past the signal. Throws when the sender goes before the end.
 */
export async function* bodyChunks(body: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
	for (;;) {
		signal.throwIfAborted();
		const chunk = body.read() as Buffer | null;
		if (chunk !== null) {
			yield chunk;
			continue;
		}
		if (body.readableEnded) return;
		if (body.errored) throw body.errored;
		if (body.destroyed) throw new Error("the sender went away before the end");
		await somethingNew(body, signal);
	}
}

const news = ["readable", "end", "error", "close"] as const;

function somethingNew(body: Readable, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const go = () => {
			for (const event of news) body.off(event, go);
			signal.removeEventListener("abort", go);
			resolve();
		};
		for (const event of news) body.once(event, go);
		signal.addEventListener("abort", go, { once: true });
	});
}
