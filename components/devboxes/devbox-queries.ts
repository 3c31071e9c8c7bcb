import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";
import { devboxSince, listSince, operationsSince, readLive } from "./live-answers.ts";

export const devboxKeys = {
	all: ["devboxes"] as const,
	list: () => [...devboxKeys.all, "list"] as const,
	workspace: () => [...devboxKeys.all, "workspace"] as const,
	one: (id: string) => [...devboxKeys.all, "one", id] as const,
	operations: (id: string) => [...devboxKeys.one(id), "operations"] as const,
	repositories: (id: string) => [...devboxKeys.one(id), "repositories"] as const,
	metrics: (id: string) => [...devboxKeys.one(id), "metrics"] as const,
	ports: (id: string) => [...devboxKeys.one(id), "ports"] as const,
	terminals: (id: string) => [...devboxKeys.one(id), "terminals"] as const,
	execs: (id: string) => [...devboxKeys.one(id), "execs"] as const,
};

const workspaceEveryMs = 5_000;
const repositoriesEveryMs = 2_000;
const portsEveryMs = 5_000;
const metricsEveryMs = 10_000;
const terminalsEveryMs = 15_000;

/** Lists and details live by the event stream: they are stale only after a gap, which invalidates them. */
export const devboxQueries = {
	list: () =>
		queryOptions({
			queryKey: devboxKeys.list(),
			// Not ended when nobody looks any more: events written into the list meanwhile would stand for all that was to be read.
			queryFn: () => readLive(() => api.listDevboxes(), listSince),
			staleTime: Number.POSITIVE_INFINITY,
		}),
	/** For admins. No event tells of another's private devbox: it is asked for again. */
	workspace: () =>
		queryOptions({
			queryKey: devboxKeys.workspace(),
			queryFn: async ({ signal }) => (await api.listWorkspaceDevboxes({}, { signal })).data,
			refetchInterval: workspaceEveryMs,
		}),
	one: (id: string) =>
		queryOptions({
			queryKey: devboxKeys.one(id),
			queryFn: ({ signal }) => readLive(() => api.getDevbox({ id }, { signal }), devboxSince),
			staleTime: Number.POSITIVE_INFINITY,
		}),
	operations: (id: string) =>
		queryOptions({
			queryKey: devboxKeys.operations(id),
			queryFn: ({ signal }) =>
				readLive(async () => (await api.listOperations({ id }, { signal })).data, operationsSince(id)),
			staleTime: Number.POSITIVE_INFINITY,
		}),
	/** Asked again until each clone has ended. */
	repositories: (id: string) =>
		queryOptions({
			queryKey: devboxKeys.repositories(id),
			queryFn: async ({ signal }) => (await api.listRepositories({ id }, { signal })).data,
			refetchInterval: ({ state }) => {
				const isEnding = state.data?.every(
					({ clone_status }) => clone_status === "success" || clone_status === "failed",
				);
				return isEnding ? false : repositoriesEveryMs;
			},
		}),
	/** Asked again while somebody looks, not in the background. */
	metrics: (id: string, everyMs = metricsEveryMs) =>
		queryOptions({
			queryKey: devboxKeys.metrics(id),
			queryFn: async ({ signal }) => (await api.getMetrics({ id }, { signal })).data,
			refetchInterval: everyMs,
		}),
	ports: (id: string) =>
		queryOptions({
			queryKey: devboxKeys.ports(id),
			queryFn: async ({ signal }) => (await api.listPorts({ id }, { signal })).data,
			refetchInterval: portsEveryMs,
			staleTime: 0,
		}),
	terminals: (id: string) =>
		queryOptions({
			queryKey: devboxKeys.terminals(id),
			queryFn: async ({ signal }) => (await api.listTerminals({ id }, { signal })).data,
			refetchInterval: terminalsEveryMs,
			staleTime: 0,
		}),
};
