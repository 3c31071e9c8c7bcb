import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api-client.ts";

const staleMs = 30_000;

/** Secrets that a variable can carry. */
export const pickableSecrets = () =>
	queryOptions({
		queryKey: ["secrets", "pick"],
		queryFn: async ({ signal }) => (await api.listSecrets({}, { signal })).data,
		staleTime: staleMs,
	});

/** Repositories of one's GitHub account and its granted organisations, by a part of their names. */
export const pickableRepositories = (query: string) =>
	queryOptions({
		queryKey: ["github", "repositories", "pick", query],
		queryFn: ({ signal }) => api.listGithubRepositories({ query, limit: 50 }, { signal }),
		staleTime: staleMs,
		retry: false,
	});

export const pickableBranches = (repository: string) =>
	queryOptions({
		queryKey: ["github", "branches", "pick", repository],
		queryFn: async ({ signal }) => (await api.listGithubBranches({ repository }, { signal })).data,
		staleTime: staleMs,
		retry: false,
	});
