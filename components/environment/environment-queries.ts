import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";
import { devboxKeys } from "../devboxes/devbox-queries.ts";

export const environmentKeys = { of: (id: string) => [...devboxKeys.one(id), "environment"] as const };

export const environmentQueries = {
	/** Events of the box mark it as old. A secret's new version sends none: whoever comes back to it reads it again. */
	of: (id: string) =>
		queryOptions({
			queryKey: environmentKeys.of(id),
			queryFn: ({ signal }) => api.getEnvironment({ id }, { signal }),
			staleTime: 0,
		}),
};
