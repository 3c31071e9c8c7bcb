import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const connectKeys = {
	gateway: () => ["ssh-gateway"] as const,
	sessions: (id: string) => ["access-sessions", id] as const,
	/** Of the mutation that makes one. */
	make: (id: string) => ["make-access-session", id] as const,
};

const sessionsEveryMs = 5_000;

export const connectQueries = {
	gateway: () =>
		queryOptions({
			queryKey: connectKeys.gateway(),
			queryFn: ({ signal }) => api.getSshGateway({}, { signal }),
			retry: false,
		}),
	/** Who is connected changes without an event: asked again while somebody looks. */
	sessions: (id: string) =>
		queryOptions({
			queryKey: connectKeys.sessions(id),
			queryFn: async ({ signal }) => (await api.listAccessSessions({ id }, { signal })).data,
			refetchInterval: sessionsEveryMs,
			staleTime: 0,
		}),
};
