import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const workspaceKeys = {
	all: ["workspace"] as const,
	own: () => [...workspaceKeys.all, "own"] as const,
	members: () => [...workspaceKeys.all, "members"] as const,
	holdings: (userId: string) => [...workspaceKeys.all, "holdings", userId] as const,
	invitations: () => [...workspaceKeys.all, "invitations"] as const,
	links: () => [...workspaceKeys.all, "links"] as const,
};

export const workspaceQueries = {
	own: () => queryOptions({ queryKey: workspaceKeys.own(), queryFn: ({ signal }) => api.getWorkspace({}, { signal }) }),
	members: () =>
		queryOptions({
			queryKey: workspaceKeys.members(),
			queryFn: async ({ signal }) => (await api.listMembers({}, { signal })).data,
		}),
	holdings: (userId: string) =>
		queryOptions({
			queryKey: workspaceKeys.holdings(userId),
			queryFn: ({ signal }) => api.getMemberHoldings({ user_id: userId }, { signal }),
			staleTime: 0,
		}),
	invitations: () =>
		queryOptions({
			queryKey: workspaceKeys.invitations(),
			queryFn: async ({ signal }) => (await api.listInvitations({}, { signal })).data,
		}),
	links: () =>
		queryOptions({
			queryKey: workspaceKeys.links(),
			queryFn: async ({ signal }) => (await api.listInvitationLinks({}, { signal })).data,
		}),
};
