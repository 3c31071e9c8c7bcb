import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const tokenKeys = { list: () => ["tokens"] as const };

export const tokenQueries = {
	list: () =>
		queryOptions({
			queryKey: tokenKeys.list(),
			queryFn: async ({ signal }) => (await api.listApiTokens({}, { signal })).data,
		}),
};
