import { queryOptions } from "@tanstack/react-query";
import type { DecisionFilters } from "@/lib/contract/network-requests.ts";
import { api } from "../api-client.ts";

export const networkKeys = {
	devboxes: ["devbox-network"] as const,
	devbox: (id: string) => [...networkKeys.devboxes, id] as const,
	proposal: (id: string) => ["network-proposal", id] as const,
	/** What admins see of the whole workspace. */
	workspace: ["workspace-network"] as const,
	pending: () => [...networkKeys.workspace, "pending"] as const,
	requests: () => [...networkKeys.workspace, "requests"] as const,
	decisions: (filters: DecisionFilters) => [...networkKeys.workspace, "decisions", filters] as const,
	filters: () => [...networkKeys.workspace, "filters"] as const,
};

/** All of it is read again when the event stream says so (network-cache.ts). */
export const networkQueries = {
	devbox: (id: string) =>
		queryOptions({
			queryKey: networkKeys.devbox(id),
			queryFn: ({ signal }) => api.getDevboxNetwork({ id }, { signal }),
		}),
	proposal: (id: string) =>
		queryOptions({
			queryKey: networkKeys.proposal(id),
			queryFn: ({ signal }) => api.proposeDevboxNetwork({ id }, { signal }),
		}),
	/** Requests that wait for an answer. */
	pending: () =>
		queryOptions({
			queryKey: networkKeys.pending(),
			queryFn: async ({ signal }) => (await api.listNetworkRequests({ status: "pending" }, { signal })).data,
		}),
	requests: () =>
		queryOptions({
			queryKey: networkKeys.requests(),
			queryFn: async ({ signal }) => (await api.listNetworkRequests({}, { signal })).data,
		}),
	decisions: (filters: DecisionFilters) =>
		queryOptions({
			queryKey: networkKeys.decisions(filters),
			queryFn: async ({ signal }) => (await api.listNetworkDecisions(filters, { signal })).data,
			placeholderData: (before) => before,
		}),
	/** Hosts, for the state of their filters. */
	filters: () =>
		queryOptions({
			queryKey: networkKeys.filters(),
			queryFn: async ({ signal }) => (await api.listHosts({}, { signal })).data,
		}),
};
