/** Server-sent events over fetch, so that a token can be sent (EventSource cannot). */
import { startTimer } from "./deadline.ts";

export type ServerEvent = { type: string; data: string };

/** Feeds text in any pieces; calls `onEvent` for each whole event that carries data. */
export function createEventParser(onEvent: (event: ServerEvent) => void): (chunk: string) => void {
	let rest = "";
	let type = "";
	let data: string[] = [];

	function take(line: string): void {
		if (line === "") {
			if (data.length) onEvent({ type: type || "message", data: data.join("\n") });
			type = "";
			data = [];
		} else if (line.startsWith("event:")) type = line.slice(6).trim();
		else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
	}

	return (chunk) => {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) take(line.endsWith("\r") ? line.slice(0, -1) : line);
	};
}

/**
 * The events of a body, until it ends. Throws `SilenceError` when nothing came for `silenceMaxMs`; leaving the loop ends the connection.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>, silenceMaxMs: number): AsyncGenerator<ServerEvent> {
	const decoder = new TextDecoder();
	const events: ServerEvent[] = [];
	const parse = createEventParser((event) => events.push(event));
	for await (const chunk of readChunks(body, silenceMaxMs)) {
		parse(decoder.decode(chunk, { stream: true }));
		yield* events.splice(0);
	}
}

/** A stream that should have said something by now. */
export class SilenceError extends Error {}

/** Safari has no async iteration of streams. */
export async function* readChunks(
	body: ReadableStream<Uint8Array>,
	silenceMaxMs = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
	const reader = body.getReader();
	try {
		for (;;) {
			const { done, value } = await within(reader.read(), silenceMaxMs);
			if (done) return;
			yield value;
		}
	} finally {
		// Not waited for: a source that is stuck never says that it has ended. One that broke has nothing left to end.
		reader.cancel().catch(() => undefined);
	}
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
	let stopTimer: (() => void) | undefined;
	const silence = new Promise<never>((_, reject) => {
		stopTimer = startTimer(ms, () => reject(new SilenceError(`nothing came for ${ms / 1000} s`)));
	});
	try {
		return await Promise.race([work, silence]);
	} finally {
		stopTimer?.();
	}
}
