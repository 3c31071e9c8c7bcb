/** Bytes in the shapes that people have them in, as one that `fetch` takes. */
import { asDevboxError } from "./devbox-error.ts";

/** A Node `Readable` is an `AsyncIterable`. */
export type ByteSource = string | Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string>;

/** Can be sent a second time. */
export function isReplayable(source: ByteSource): source is string | Uint8Array | Blob {
	return typeof source === "string" || source instanceof Uint8Array || source instanceof Blob;
}

export function bodyOf(source: ByteSource): BodyInit {
	if (isReplayable(source)) return source as BodyInit;
	return source instanceof ReadableStream ? source : streamOf(source);
}

/** Read as it is asked for, so that nothing piles up; who leaves early ends the source. */
export function streamOf(source: AsyncIterable<Uint8Array | string>): ReadableStream<Uint8Array> {
	const iterator = source[Symbol.asyncIterator]();
	const encoder = new TextEncoder();
	return new ReadableStream<Uint8Array>(
		{
			async pull(controller) {
				const { done, value } = await iterator.next();
				if (done) controller.close();
				else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
			},
			async cancel() {
				await iterator.return?.();
			},
		},
		{ highWaterMark: 0 },
	);
}

/** The same bytes; a connection that breaks is a `DevboxError`. Leaving it ends the connection at once. */
export function withOwnErrors(
	body: ReadableStream<Uint8Array> | null,
	signal?: AbortSignal,
): ReadableStream<Uint8Array> {
	const reader = body?.getReader();
	return new ReadableStream<Uint8Array>(
		{
			async pull(controller) {
				try {
					const next = await reader?.read();
					if (!next || next.done) controller.close();
					else controller.enqueue(next.value);
				} catch (error) {
					controller.error(asDevboxError(error, signal));
				}
			},
			cancel: (reason) => reader?.cancel(reason),
		},
		{ highWaterMark: 0 },
	);
}

export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
	const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
	let at = 0;
	for (const chunk of chunks) {
		joined.set(chunk, at);
		at += chunk.length;
	}
	return joined;
}

/** Node's own decoder is many times as fast as `atob`. */
export function bytesOfBase64(text: string): Uint8Array {
	if (globalThis.Buffer) return Buffer.from(text, "base64");
	return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
