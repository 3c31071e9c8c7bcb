import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const networkKeys = { devbox: (id: string) => ["devbox-network", id] as const };

const decisionsEveryMs = 2_000;

export const networkQueries = {
	/** Decisions come without an event: asked again while somebody looks. */
	devbox: (id: string) =>
		queryOptions({
			queryKey: networkKeys.devbox(id),
			queryFn: ({ signal }) => api.getDevboxNetwork({ id }, { signal }),
			refetchInterval: decisionsEveryMs,
			staleTime: 0,
		}),
};
