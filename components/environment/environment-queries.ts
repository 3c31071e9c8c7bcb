import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";
import { devboxKeys } from "../devboxes/devbox-queries.ts";

export const environmentKeys = { of: (id: string) => [...devboxKeys.one(id), "environment"] as const };

export const environmentQueries = {
	/** `changedAt`: of the box, so that a start or a refresh is seen. */
	of: (id: string, changedAt: string) =>
		queryOptions({
			queryKey: [...environmentKeys.of(id), changedAt] as const,
			queryFn: ({ signal }) => api.getEnvironment({ id }, { signal }),
		}),
};
