/** `c.isolation`: whether what keeps devboxes apart was tried on each host, and what came of it. For admins; the token needs the scope `admin`. */
import type { ApiInput, DevboxApi } from "./api-types.ts";
import { pause } from "./deadline.ts";
import type { HostIsolation, IsolationReport, IsolationReportSummary } from "./generated/api.ts";

type CallBounds = { signal?: AbortSignal };
type RunOptions = CallBounds & { hostId?: string };

/** An audit takes minutes. */
const lookEveryMs = 3_000;

export class Isolation {
	readonly #api: DevboxApi;

	constructor(api: DevboxApi) {
		this.#api = api;
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

	/** Days between two audits of a host, 1 to 365; null: none by time. */
	async auditEvery(days: number | null, o: CallBounds = {}): Promise<void> {
		await this.#api.updateWorkspace({ isolation_every_days: days }, o);
	}
}
