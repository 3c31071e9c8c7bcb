/**
 * Follows `GET /events` over fetch, so that a token can be sent (EventSource cannot). Every stream, the first and each one after a
 * gap, begins with `resync`: what happened before is not replayed, and the follower reads everything again.
 */
import type { DevboxResponse, OperationResponse } from "../../lib/contract/devboxes.ts";
import { apiBasePath } from "./api-routes.ts";
import { type DevboxApiError, errorOfResponse } from "./devbox-api-error.ts";

export type DevboxEvent =
	| { type: "devbox"; devbox: DevboxResponse }
	| { type: "operations"; devboxId: string; operations: OperationResponse[] }
	| { type: "resync" };

export type EventSubscription = {
	baseUrl?: string;
	token?: string;
	fetch?: typeof fetch;
	onEvent: (event: DevboxEvent) => void;
	/** True while the stream is open. */
	onConnected?: (isConnected: boolean) => void;
	/** The server refused for good (signed out, forbidden): the subscription has ended. */
	onRefused?: (error: DevboxApiError) => void;
};

const retryMinMs = 500;
const retryMaxMs = 10_000;
/** The server sends a comment at least every 15 s; a stream that is silent for longer is dead. */
const silenceMaxMs = 45_000;

/** Returns the function that ends the subscription. */
export function subscribeToEvents(subscription: EventSubscription): () => void {
	const ended = new AbortController();
	void follow(subscription, ended.signal);
	return () => ended.abort();
}

async function follow(subscription: EventSubscription, signal: AbortSignal): Promise<void> {
	let retryMs = retryMinMs;
	while (!signal.aborted) {
		const outcome = await followOnce(subscription, signal, () => {
			retryMs = retryMinMs;
			subscription.onConnected?.(true);
		});
		if (signal.aborted) return;
		subscription.onConnected?.(false);
		if (outcome && [401, 403, 404].includes(outcome.status)) {
			subscription.onRefused?.(outcome);
			return;
		}
		await pause(retryMs, signal);
		retryMs = Math.min(retryMaxMs, retryMs * 2);
	}
}

/** One connection, until it ends. Answers the server's refusal, or null for a stream that broke. */
async function followOnce(
	subscription: EventSubscription,
	ended: AbortSignal,
	onOpen: () => void,
): Promise<DevboxApiError | null> {
	const silence = new AbortController();
	let timer = setTimeout(() => silence.abort(), silenceMaxMs);
	try {
		const response = await (subscription.fetch ?? fetch)(`${subscription.baseUrl ?? ""}${apiBasePath}/events`, {
			headers: {
				accept: "text/event-stream",
				...(subscription.token ? { authorization: `Bearer ${subscription.token}` } : {}),
			},
			credentials: "same-origin",
			signal: AbortSignal.any([ended, silence.signal]),
		});
		if (!response.ok) return await errorOfResponse(response);
		if (!response.body) return null;
		onOpen();
		const parse = createEventParser(subscription.onEvent);
		for await (const chunk of readChunks(response.body.pipeThrough(new TextDecoderStream()))) {
			clearTimeout(timer);
			timer = setTimeout(() => silence.abort(), silenceMaxMs);
			parse(chunk);
		}
		return null;
	} catch {
		// A broken or silent connection: the caller connects again.
		return null;
	} finally {
		clearTimeout(timer);
	}
}

/** Safari has no async iteration of streams. */
async function* readChunks(stream: ReadableStream<string>): AsyncGenerator<string> {
	const reader = stream.getReader();
	try {
		for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
	} finally {
		await reader.cancel().catch(() => undefined);
	}
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		signal.addEventListener(
			"abort",
			() => {
				clearTimeout(timer);
				resolve();
			},
			{ once: true },
		);
	});
}

/** Feeds text in any pieces; calls `onEvent` for each whole event that is known. */
export function createEventParser(onEvent: (event: DevboxEvent) => void): (chunk: string) => void {
	let rest = "";
	return (chunk) => {
		rest = (rest + chunk).replace(/\r\n/g, "\n");
		const blocks = rest.split("\n\n");
		rest = blocks.pop() ?? "";
		for (const block of blocks) {
			const event = parseBlock(block);
			if (event) onEvent(event);
		}
	};
}

function parseBlock(block: string): DevboxEvent | null {
	let type = "message";
	const data: string[] = [];
	for (const line of block.split("\n")) {
		if (line.startsWith("event:")) type = line.slice(6).trim();
		else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
	}
	if (type === "resync") return { type };
	if (data.length === 0) return null;
	if (type === "devbox") return { type, devbox: JSON.parse(data.join("\n")) };
	if (type !== "operations") return null;
	const body = JSON.parse(data.join("\n"));
	return { type, devboxId: body.devbox_id, operations: body.operations };
}
