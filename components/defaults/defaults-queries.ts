import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const defaultsKeys = { all: ["workspace-defaults"] as const };

export const defaultsQueries = {
	own: () =>
		queryOptions({ queryKey: defaultsKeys.all, queryFn: ({ signal }) => api.getWorkspaceDefaults({}, { signal }) }),
};
