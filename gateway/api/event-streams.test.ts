import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import pino from "pino";
import { expect, test } from "vitest";
import type { StreamRequest } from "./create-api.ts";
import { openEventStreams, streamsPerCredentialMax } from "./event-streams.ts";

test("clients that have left before their stream begins do not count as open streams", () => {
	const streams = openEventStreams({
		deps: {} as never,
		credentials: {} as never,
		changes: {} as never,
		log: pino({ level: "silent" }),
	});
	const outgoing = { destroyed: true, req: { socket: { destroyed: true } } } as ServerResponse;
	const request = {
		signedIn: { actor: { credentialId: "ses_1" } },
		bindings: { outgoing, incoming: { method: "GET" } },
	} as unknown as StreamRequest;
	for (let n = 0; n <= streamsPerCredentialMax; n++) expect(streams.open(request)).toBe(RESPONSE_ALREADY_SENT);
});
