import { queryOptions } from "@tanstack/react-query";
import type { IsolationReportSummary } from "@/lib/contract/isolation.ts";
import { api } from "../../api-client.ts";

export const isolationKeys = {
	list: ["isolation-reports"] as const,
	report: (id: string) => ["isolation-reports", id] as const,
};

export const isOpen = ({ status }: IsolationReportSummary) => status === "pending" || status === "running";
const runningEveryMs = 3_000;

export const isolationQueries = {
	/** Asked again while an audit runs. */
	list: () =>
		queryOptions({
			queryKey: isolationKeys.list,
			queryFn: async ({ signal }) => (await api.listIsolationReports({}, { signal })).data,
			refetchInterval: ({ state }) => (state.data?.some(isOpen) ? runningEveryMs : false),
		}),
	report: (id: string) =>
		queryOptions({
			queryKey: isolationKeys.report(id),
			queryFn: ({ signal }) => api.getIsolationReport({ id }, { signal }),
		}),
};

/** The latest of each host that has an end. */
export function latestReports(reports: readonly IsolationReportSummary[]): IsolationReportSummary[] {
	const byHost = new Map<string, IsolationReportSummary>();
	for (const report of reports) if (!isOpen(report) && !byHost.has(report.host.id)) byHost.set(report.host.id, report);
	return [...byHost.values()];
}
