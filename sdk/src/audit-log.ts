/** `c.audit`: who did what in the workspace. For admins. */
import type { ApiInput } from "./api-types.ts";
import type { BoxClient } from "./box.ts";
import { withOwnErrors } from "./byte-stream.ts";
import { withQuery } from "./devbox-client.ts";
import { type AuditEvent, streamRoutes } from "./generated/api.ts";

type Page = "cursor" | "limit";
/** `since` and `until` are ISO 8601; `q` is searched for in every text of an event. */
export type AuditFilters = Omit<NonNullable<ApiInput<"listAuditEvents">>, Page>;

export class AuditLog {
	readonly #client: BoxClient;

	constructor(client: BoxClient) {
		this.#client = client;
	}

	/** One page, newest first. A page may hold none and still have a `nextCursor`: the server has looked so far back. */
	async list(
		options: AuditFilters & { cursor?: string; limit?: number; signal?: AbortSignal } = {},
	): Promise<{ events: AuditEvent[]; nextCursor: string | null }> {
		const { signal, ...query } = options;
		const { data, next_cursor } = await this.#client.api.listAuditEvents(query, { signal });
		return { events: data, nextCursor: next_cursor };
	}

	/** Every event that matches, oldest first, as it comes. Leaves an event itself. */
	async *export(options: AuditFilters & { signal?: AbortSignal } = {}): AsyncGenerator<AuditEvent> {
		const { signal, ...query } = options;
		const { method, path } = streamRoutes.exportAuditEvents;
		const request = { method, path: withQuery(path, query), signal };
		const body = await this.#client.transport.send(
			{ ...request, headers: { accept: "application/x-ndjson" }, repeatability: "safe" },
			async (response) => withOwnErrors(response.body, signal),
		);
		const reader = body.getReader();
		const decoder = new TextDecoder();
		let rest = "";
		try {
			for (let next = await reader.read(); !next.done; next = await reader.read()) {
				const lines = (rest + decoder.decode(next.value, { stream: true })).split("\n");
				rest = lines.pop() ?? "";
				for (const line of lines) if (line !== "") yield JSON.parse(line) as AuditEvent;
			}
			if (rest !== "") yield JSON.parse(rest) as AuditEvent;
		} finally {
			// Whoever stops early ends the download.
			await reader.cancel().catch(() => undefined);
		}
	}
}
