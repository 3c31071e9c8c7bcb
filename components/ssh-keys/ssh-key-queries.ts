import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const sshKeyKeys = { list: () => ["ssh-keys"] as const };

export const sshKeyQueries = {
	list: () =>
		queryOptions({
			queryKey: sshKeyKeys.list(),
			queryFn: async ({ signal }) => (await api.listSshKeys({}, { signal })).data,
		}),
};
