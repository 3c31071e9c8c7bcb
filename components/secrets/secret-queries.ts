import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const secretKeys = {
	all: ["secrets"] as const,
	list: () => [...secretKeys.all, "list"] as const,
	versions: (id: string) => [...secretKeys.all, id, "versions"] as const,
	uses: (id: string) => [...secretKeys.all, id, "uses"] as const,
};

const refreshingEveryMs = 3_000;

/** Names, owners and numbers; no value of a secret ever comes here. */
export const secretQueries = {
	list: () =>
		queryOptions({
			queryKey: secretKeys.list(),
			queryFn: async ({ signal }) => (await api.listSecrets({}, { signal })).data,
		}),
	versions: (id: string) =>
		queryOptions({
			queryKey: secretKeys.versions(id),
			queryFn: async ({ signal }) => (await api.listSecretVersions({ id }, { signal })).data,
		}),
	/** No event tells of a refresh that has ended: asked again while a box holds an older value. */
	uses: (id: string) =>
		queryOptions({
			queryKey: secretKeys.uses(id),
			queryFn: async ({ signal }) => (await api.listSecretUses({ id }, { signal })).data,
			refetchInterval: ({ state }) => (state.data?.some((use) => use.is_stale) ? refreshingEveryMs : false),
		}),
};
