import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const fileKeys = {
	all: (id: string) => ["files", id] as const,
	list: (id: string, path: string) => [...fileKeys.all(id), path] as const,
};

export const fileQueries = {
	/** Whatever runs in the box changes files without telling us: a listing is old at once. */
	list: (id: string, path: string) =>
		queryOptions({
			queryKey: fileKeys.list(id, path),
			queryFn: ({ signal }) => api.listFiles({ id, path }, { signal }),
			staleTime: 0,
			retry: false,
		}),
};
