/** `c.isolation`: whether what keeps devboxes apart was tried on each host, and what came of it. For admins; the token needs the scope `admin`. */
import type { ApiInput, DevboxApi } from "./api-types.ts";
import type { BoxClient } from "./box.ts";
import { withOwnErrors } from "./byte-stream.ts";
import { pause } from "./deadline.ts";
import { withQuery } from "./devbox-client.ts";
import {
	type HostIsolation,
	type IsolationEvidence,
	type IsolationReport,
	type IsolationReportSummary,
	streamRoutes,
} from "./generated/api.ts";

type CallBounds = { signal?: AbortSignal };
type EvidenceQuery = NonNullable<ApiInput<"getIsolationEvidence">>;
type RunOptions = CallBounds & { hostId?: string };

/** An audit takes minutes. */
const lookEveryMs = 3_000;

export class Isolation {
	readonly #client: BoxClient;
	readonly #api: DevboxApi;

	constructor(client: BoxClient) {
		this.#client = client;
		this.#api = client.api;
	}

	/** Each host: the outcome of its last audit, what is wrong, and when the next is due. */
	async hosts(o: CallBounds = {}): Promise<HostIsolation[]> {
		return (await this.#api.listHostIsolation({}, o)).data;
	}

	/** Newest first, at most 200. */
	async reports(o: CallBounds = {}): Promise<IsolationReportSummary[]> {
		return (await this.#api.listIsolationReports({}, o)).data;
	}

	/** With every attempt, and the same as Markdown. `id` as `iso_…`. */
	report(id: string, o: CallBounds = {}): Promise<IsolationReport> {
		return this.#api.getIsolationReport({ id }, o);
	}

	/** Asks for an audit of one host or of every one; answers the reports that are open now. Throws `not_found`. */
	async run({ hostId, ...o }: RunOptions = {}): Promise<IsolationReportSummary[]> {
		const body: ApiInput<"requestIsolationReports"> = hostId === undefined ? {} : { host_id: hostId };
		return (await this.#api.requestIsolationReports(body, o)).data;
	}

	/** Until it has ended: `passed`, `failed`, or `error` (no result). It is the `signal` that bounds the wait. */
	async waitForReport(id: string, o: CallBounds = {}): Promise<IsolationReport> {
		for (;;) {
			const report = await this.report(id, o);
			if (report.finished_at !== null) return report;
			await pause(lookEveryMs, o.signal);
			o.signal?.throwIfAborted();
		}
	}

	/** Devboxes, policies and reports together, now or as of a past moment: one page of the devboxes, the rest whole. */
	evidence(query: EvidenceQuery & CallBounds = {}): Promise<IsolationEvidence> {
		const { signal, ...page } = query;
		return this.#api.getIsolationEvidence(page, { signal });
	}

	/** The same with every devbox, as a document. Leaves an event in the audit log. */
	exportEvidence(
		options: { at?: string; format?: "json" | "markdown" } & CallBounds = {},
	): Promise<ReadableStream<Uint8Array>> {
		const { signal, ...query } = options;
		const { method, path } = streamRoutes.exportIsolationEvidence;
		return this.#client.transport.send(
			{ method, path: withQuery(path, query), signal, repeatability: "safe" },
			async (response) => withOwnErrors(response.body, signal),
		);
	}

	/** Days between two audits of a host, 1 to 365; null: none by time. */
	async auditEvery(days: number | null, o: CallBounds = {}): Promise<void> {
		await this.#api.updateWorkspace({ isolation_every_days: days }, o);
	}
}
