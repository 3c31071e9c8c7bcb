import { queryOptions } from "@tanstack/react-query";
import { api } from "../api-client.ts";

export const profileKeys = {
	all: ["profile"] as const,
	me: () => [...profileKeys.all, "me"] as const,
	settings: () => [...profileKeys.all, "settings"] as const,
	sessions: () => [...profileKeys.all, "sessions"] as const,
};

export const profileQueries = {
	me: () => queryOptions({ queryKey: profileKeys.me(), queryFn: ({ signal }) => api.getProfile({}, { signal }) }),
	settings: () =>
		queryOptions({
			queryKey: profileKeys.settings(),
			queryFn: ({ signal }) => api.getPersonalSettings({}, { signal }),
		}),
	sessions: () =>
		queryOptions({
			queryKey: profileKeys.sessions(),
			queryFn: async ({ signal }) => (await api.listSessions({}, { signal })).data,
		}),
};
