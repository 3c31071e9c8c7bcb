import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api-client.ts";

export const identityKeys = { own: () => ["identity"] as const };

export const identityQueries = {
	own: () => queryOptions({ queryKey: identityKeys.own(), queryFn: ({ signal }) => api.getIdentity({}, { signal }) }),
};
