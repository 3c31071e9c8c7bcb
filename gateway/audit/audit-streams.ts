/** What auditors take away, as downloads: the audit log, and evidence of isolation. */
import type { IncomingMessage } from "node:http";
import { exportAuditEvents } from "../../lib/usecases/audit/export-audit-events.ts";
import type { Deps } from "../../lib/usecases/deps.ts";
import { exportIsolationEvidence } from "../../lib/usecases/isolation/export-isolation-evidence.ts";
import { apiHeaders } from "../api/answer.ts";
import type { ApiOptions, StreamRequest } from "../api/create-api.ts";
import type { Credentials } from "../credentials/credentials.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { sendStream } from "../files/send-stream.ts";
import { openTransfers } from "../files/transfers.ts";

export type AuditStreams = {
	streams: Pick<ApiOptions["streams"], "exportAuditEvents" | "exportIsolationEvidence">;
	close(): void;
};

const evidenceEndings = { json: "json", markdown: "md" } as const;

export function openAuditStreams(o: {
	deps: Deps;
	credentials: Credentials;
	readEdge: (request: IncomingMessage) => RequestEdge;
}): AuditStreams {
	const transfers = openTransfers(o);
	type Download = { type: string; name: string; chunks: AsyncGenerator<Buffer> };
	const send = <Request extends StreamRequest>(
		request: Request,
		open: (from: { address: string; requestId: string }) => Download,
	) =>
		transfers.run(request, (signal) => {
			const { bindings, requestId } = request;
			const { clientAddress: address } = o.readEdge(bindings.incoming);
			const { type, name, chunks } = open({ address, requestId });
			return sendStream({
				...{ bindings, status: 200, chunks, signal },
				headers: {
					...apiHeaders,
					"X-Request-Id": requestId,
					"Content-Type": type,
					"Content-Disposition": `attachment; filename="${name}"`,
				},
				...{ length: null, sizeHeader: null, trailerNames: [], trailers: () => ({}) },
			});
		});
	return {
		streams: {
			exportAuditEvents: (request) =>
				send(request, (from) => ({
					type: "application/x-ndjson",
					name: "audit-events.jsonl",
					chunks: exportAuditEvents(o.deps, request.signedIn.actor, { query: request.input.query, ...from }),
				})),
			exportIsolationEvidence: (request) =>
				send(request, (from) => {
					const { query } = request.input;
					const day = (query.at ?? new Date().toISOString()).slice(0, 10);
					return {
						type: "application/octet-stream",
						name: `isolation-evidence-${day}.${evidenceEndings[query.format]}`,
						chunks: exportIsolationEvidence(o.deps, request.signedIn.actor, { query, ...from }),
					};
				}),
		},
		close: () => transfers.close(),
	};
}
