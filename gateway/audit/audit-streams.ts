/** The audit log as a download. */
import type { IncomingMessage } from "node:http";
import { exportAuditEvents } from "../../lib/usecases/audit/export-audit-events.ts";
import type { Deps } from "../../lib/usecases/deps.ts";
import { apiHeaders } from "../api/answer.ts";
import type { ApiOptions } from "../api/create-api.ts";
import type { Credentials } from "../credentials/credentials.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { sendStream } from "../files/send-stream.ts";
import { openTransfers } from "../files/transfers.ts";

export type AuditStreams = { streams: Pick<ApiOptions["streams"], "exportAuditEvents">; close(): void };

export function openAuditStreams(o: {
	deps: Deps;
	credentials: Credentials;
	readEdge: (request: IncomingMessage) => RequestEdge;
}): AuditStreams {
	const transfers = openTransfers(o);
	return {
		streams: {
			exportAuditEvents: (request) =>
				transfers.run(request, (signal) => {
					const { bindings, requestId, signedIn, input } = request;
					const { clientAddress: address } = o.readEdge(bindings.incoming);
					return sendStream({
						bindings,
						status: 200,
						headers: {
							...apiHeaders,
							"X-Request-Id": requestId,
							"Content-Type": "application/x-ndjson",
							"Content-Disposition": `attachment; filename="audit-events.jsonl"`,
						},
						chunks: exportAuditEvents(o.deps, signedIn.actor, { query: input.query, address, requestId }),
						length: null,
						sizeHeader: null,
						trailerNames: [],
						trailers: () => ({}),
						signal,
					});
				}),
		},
		close: () => transfers.close(),
	};
}
