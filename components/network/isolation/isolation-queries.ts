import { queryOptions } from "@tanstack/react-query";
import type { IsolationReportSummary } from "@/lib/contract/isolation.ts";
import { api } from "../../api-client.ts";

export const isolationKeys = {
	all: ["isolation"] as const,
	hosts: () => [...isolationKeys.all, "hosts"] as const,
	reports: () => [...isolationKeys.all, "reports"] as const,
	report: (id: string) => [...isolationKeys.reports(), id] as const,
};

const isOpen = ({ status }: IsolationReportSummary) => status === "pending" || status === "running";
/** What an open audit does now is no event: its beginning and its end are. */
const runningEveryMs = 3_000;

/** All of it is read again when the event stream says so (network-cache.ts). */
export const isolationQueries = {
	hosts: () =>
		queryOptions({
			queryKey: isolationKeys.hosts(),
			queryFn: async ({ signal }) => (await api.listHostIsolation({}, { signal })).data,
			refetchInterval: ({ state }) => (state.data?.some(({ open }) => open) ? runningEveryMs : false),
		}),
	reports: () =>
		queryOptions({
			queryKey: isolationKeys.reports(),
			queryFn: async ({ signal }) => (await api.listIsolationReports({}, { signal })).data,
			refetchInterval: ({ state }) => (state.data?.some(isOpen) ? runningEveryMs : false),
		}),
	report: (id: string) =>
		queryOptions({
			queryKey: isolationKeys.report(id),
			queryFn: ({ signal }) => api.getIsolationReport({ id }, { signal }),
		}),
};
