/** All event streams of this process: their number per session is bounded, and they end with their session and with the server. */

import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { AppError } from "../../lib/domain/errors.ts";
import type { Log } from "../../lib/log/log.ts";
import type { Deps } from "../../lib/usecases/deps.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import type { Credentials } from "../credentials/credentials.ts";
import { apiHeaders } from "./answer.ts";
import type { StreamRequest } from "./create-api.ts";
import { type EventStream, openEventStream } from "./event-stream.ts";
import { hasLeft } from "./has-left.ts";

export type EventStreams = { open(request: StreamRequest): Response; close(): void };

export const streamsPerCredentialMax = 20;

export function openEventStreams(o: {
	deps: Deps;
	credentials: Credentials;
	changes: ChangeFeed;
	log: Log;
}): EventStreams {
	const streams = new Map<EventStream, string>();
	let isClosing = false;

	function open({ signedIn, credential, requestId, bindings }: StreamRequest): Response {
		const { actor } = signedIn;
		if (hasLeft(bindings)) return RESPONSE_ALREADY_SENT;
		const held = [...streams.values()].filter((credentialId) => credentialId === actor.credentialId).length;
		if (held >= streamsPerCredentialMax)
			throw new AppError({
				code: "rate_limited",
				message: `You have ${held} event streams open, which is the most per session or token. Close one.`,
				retryAfterSeconds: 10,
			});
		if (isClosing) throw new AppError({ code: "unavailable", message: "The server restarts. Try again in a moment." });
		const headers = {
			...apiHeaders,
			"X-Request-Id": requestId,
			"Content-Type": "text/event-stream",
			"X-Accel-Buffering": "no",
		};
		if (bindings.incoming.method === "HEAD") return new Response(null, { headers });
		const response = bindings.outgoing as ServerResponse;
		response.writeHead(200, headers);
		const stream = openEventStream({
			response,
			deps: o.deps,
			actor,
			changes: o.changes,
			onClosed() {
				streams.delete(stream);
				stopWatching();
			},
			log: o.log,
		});
		streams.set(stream, actor.credentialId);
		const stopWatching = o.credentials.watch(credential, signedIn, () => stream.end("your session has ended"));
		return RESPONSE_ALREADY_SENT;
	}

	return {
		open,
		close() {
			isClosing = true;
			for (const stream of [...streams.keys()]) stream.end("the server restarts");
		},
	};
}
