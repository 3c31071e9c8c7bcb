import type { IsolationReportResponse, IsolationReportSummary } from "../../contract/isolation.ts";
import type { IsolationReportRow } from "../../db/isolation-reports.ts";
import type { AttemptResult } from "../../domain/isolation.ts";
import { isolationMarkdown } from "../../domain/isolation-markdown.ts";

export function toIsolationSummary(row: IsolationReportRow): IsolationReportSummary {
	return {
		id: row.id,
		host: { id: row.hostId, name: row.hostName },
		status: row.status,
		cause: row.cause,
		requested_by: row.requestedBy,
		product_version: row.productVersion,
		engine: row.engine,
		passed: row.passed,
		failed: row.failed,
		not_tried: row.notTried,
		message: row.message,
		created_at: row.createdAt.toISOString(),
		started_at: row.startedAt?.toISOString() ?? null,
		finished_at: row.finishedAt?.toISOString() ?? null,
	};
}

export function toIsolationReport(row: IsolationReportRow & { attempts: AttemptResult[] }): IsolationReportResponse {
	return {
		...toIsolationSummary(row),
		attempts: row.attempts.map(({ durationMs, ...attempt }) => ({ ...attempt, duration_ms: durationMs })),
		markdown: isolationMarkdown(row),
	};
}
