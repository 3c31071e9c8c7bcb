import { queryOptions } from "@tanstack/react-query";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";

export const githubKeys = {
	all: () => ["github"] as const,
	setup: () => [...githubKeys.all(), "setup"] as const,
	connection: () => [...githubKeys.all(), "connection"] as const,
	organizations: () => [...githubKeys.all(), "organizations"] as const,
	repositories: (query: string) => [...githubKeys.all(), "repositories", query] as const,
	branches: (repository: string, query: string) => [...githubKeys.all(), "branches", repository, query] as const,
	sshKeys: () => [...githubKeys.all(), "ssh-keys"] as const,
};

/** What a search shows at once. */
const repositoriesShown = 50;
/** A refusal of GitHub's is not asked again by itself: its limits would only last longer. */
const asksGithub = { retry: false, staleTime: 30_000 } as const;

export const githubQueries = {
	setup: () =>
		queryOptions({
			queryKey: githubKeys.setup(),
			queryFn: ({ signal }) => api.getGithubSetup({}, { signal }),
			staleTime: Number.POSITIVE_INFINITY,
		}),
	/** Null: no account is connected. */
	connection: () =>
		queryOptions({
			queryKey: githubKeys.connection(),
			queryFn: async ({ signal }) => {
				try {
					return await api.getGithubConnection({}, { signal });
				} catch (error) {
					if (isDevboxError(error) && error.code === "not_found") return null;
					throw error;
				}
			},
		}),
	organizations: () =>
		queryOptions({
			queryKey: githubKeys.organizations(),
			queryFn: async ({ signal }) => (await api.listGithubOrganizations({}, { signal })).data,
			...asksGithub,
		}),
	/** The first of those whose names hold `query`; `next_cursor` says that there are more. */
	repositories: (query: string) =>
		queryOptions({
			queryKey: githubKeys.repositories(query),
			queryFn: ({ signal }) =>
				api.listGithubRepositories({ ...(query ? { query } : {}), limit: repositoriesShown }, { signal }),
			...asksGithub,
		}),
	/** `repository`: org/repo. */
	branches: (repository: string, query = "") =>
		queryOptions({
			queryKey: githubKeys.branches(repository, query),
			queryFn: ({ signal }) => api.listGithubBranches({ repository, ...(query ? { query } : {}) }, { signal }),
			...asksGithub,
		}),
	sshKeys: () =>
		queryOptions({
			queryKey: githubKeys.sshKeys(),
			queryFn: async ({ signal }) => (await api.listGithubSshKeys({}, { signal })).data,
			...asksGithub,
		}),
};
