import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api-client.ts";

export const policyKeys = {
	all: ["network-policies"] as const,
	list: () => [...policyKeys.all, "list"] as const,
	uses: (id: string) => [...policyKeys.all, id, "uses"] as const,
};

export const policyQueries = {
	list: () =>
		queryOptions({
			queryKey: policyKeys.list(),
			queryFn: async ({ signal }) => (await api.listNetworkPolicies({}, { signal })).data,
		}),
	uses: (id: string) =>
		queryOptions({
			queryKey: policyKeys.uses(id),
			queryFn: async ({ signal }) => (await api.listNetworkPolicyUses({ id }, { signal })).data,
		}),
};
