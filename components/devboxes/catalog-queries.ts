import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const catalogKeys = {
	all: ["catalog"] as const,
	images: () => [...catalogKeys.all, "images"] as const,
	sizes: () => [...catalogKeys.all, "sizes"] as const,
};

/** What devboxes are made from: it hardly changes while a page is open. */
const staleMs = 5 * 60_000;

export const catalogQueries = {
	images: () =>
		queryOptions({
			queryKey: catalogKeys.images(),
			queryFn: async ({ signal }) => (await api.listImages({}, { signal })).data,
			staleTime: staleMs,
		}),
	sizes: () =>
		queryOptions({
			queryKey: catalogKeys.sizes(),
			queryFn: async ({ signal }) => (await api.listSizes({}, { signal })).data,
			staleTime: staleMs,
		}),
};
