import { infiniteQueryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";
import { devboxKeys } from "../devboxes/devbox-queries.ts";

export const execQueries = {
	/** Newest first; the box's events say when it is old. */
	list: (id: string) =>
		infiniteQueryOptions({
			queryKey: devboxKeys.execs(id),
			queryFn: ({ pageParam, signal }) => api.listExecs({ id, cursor: pageParam, limit: 25 }, { signal }),
			initialPageParam: undefined as string | undefined,
			getNextPageParam: (page) => page.next_cursor ?? undefined,
		}),
};
