/**
 * Follows `GET /events`. Every stream, the first and each one after a gap, begins with `resync`: what happened before is not
 * replayed, and the follower reads everything again.
 */

import { pause } from "./deadline.ts";
import { asDevboxError, type DevboxError, errorOfResponse } from "./devbox-error.ts";
import { type Devbox, type Operation, streamRoutes } from "./generated/api.ts";
import { readEvents, type ServerEvent } from "./sse.ts";
import { createTransport, type Transport, type TransportOptions } from "./transport.ts";

export type DevboxEvent =
	| { type: "devbox"; devbox: Devbox }
	| { type: "operations"; devboxId: string; operations: Operation[] }
	/** Of what to read again: a devbox's network, or (null) the workspace's policies and the state of filters. */
	| { type: "network"; devboxId: string | null }
	| { type: "resync" };

/**
 * What a handler throws is its own: it surfaces as an uncaught error, as an event listener's does, and the subscription goes on with
 * the next event.
 */
export type EventHandlers = {
	onEvent: (event: DevboxEvent) => void;
	/** True while the stream is open. */
	onConnected?: (isConnected: boolean) => void;
	/** The server refused for good (signed out, forbidden): the subscription has ended. */
	onRefused?: (error: DevboxError) => void;
};

export type EventSubscription = Pick<TransportOptions, "baseUrl" | "token" | "providerToken" | "fetch"> & EventHandlers;

const retryMinMs = 500;
const retryMaxMs = 10_000;
/** The server sends a comment at least every 15 s; a stream that is silent for longer is dead. */
const silenceMaxMs = 45_000;

/** Returns the function that ends the subscription. */
export function subscribeToEvents(subscription: EventSubscription): () => void {
	return followEvents(createTransport(subscription), subscription);
}

export function followEvents(transport: Transport, handlers: EventHandlers): () => void {
	const ended = new AbortController();
	void follow(transport, handlers, ended.signal);
	return () => ended.abort();
}

async function follow(transport: Transport, handlers: EventHandlers, signal: AbortSignal): Promise<void> {
	let retryMs = retryMinMs;
	while (!signal.aborted) {
		const refusal = await followOnce(transport, handlers.onEvent, signal, () => {
			retryMs = retryMinMs;
			callHandler(handlers.onConnected, true);
		});
		if (signal.aborted) return;
		callHandler(handlers.onConnected, false);
		if ([401, 403, 404].includes(refusal.status)) {
			callHandler(handlers.onRefused, refusal);
			return;
		}
		await pause(Math.max(retryMs, refusal.retryAfterMs ?? 0), signal);
		retryMs = Math.min(retryMaxMs, retryMs * 2);
	}
}

/** One connection, until it ends. Answers the server's refusal, or how the stream broke. */
async function followOnce(
	transport: Transport,
	onEvent: (event: DevboxEvent) => void,
	ended: AbortSignal,
	onOpen: () => void,
): Promise<DevboxError> {
	const silence = new AbortController();
	const timer = setTimeout(() => silence.abort(), silenceMaxMs);
	try {
		const response = await transport.fetch(`${transport.apiUrl}${streamRoutes.streamEvents.path}`, {
			headers: { accept: "text/event-stream", ...transport.credentials },
			credentials: "same-origin",
			signal: AbortSignal.any([ended, silence.signal]),
		});
		if (!response.ok) return await errorOfResponse(response);
		clearTimeout(timer);
		onOpen();
		if (response.body)
			for await (const event of readEvents(response.body, silenceMaxMs)) {
				const known = devboxEventOf(event);
				if (known && !ended.aborted) callHandler(onEvent, known);
			}
		return asDevboxError(new Error("the stream ended"));
	} catch (error) {
		return asDevboxError(error, ended);
	} finally {
		clearTimeout(timer);
	}
}

/** Never throws: an error of the caller's is not a broken connection. */
function callHandler<T>(handler: ((value: T) => void) | undefined, value: T): void {
	try {
		handler?.(value);
	} catch (error) {
		queueMicrotask(() => {
			throw error;
		});
	}
}

/** Null for what a newer server sends and this version does not know. */
function devboxEventOf({ type, data }: ServerEvent): DevboxEvent | null {
	if (type === "resync") return { type };
	if (type === "devbox") return { type, devbox: JSON.parse(data) };
	if (type !== "operations" && type !== "network") return null;
	const body = JSON.parse(data);
	if (type === "network") return { type, devboxId: body.devbox_id };
	return { type, devboxId: body.devbox_id, operations: body.operations };
}
