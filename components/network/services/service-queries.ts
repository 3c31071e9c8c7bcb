import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api-client.ts";
import { networkKeys } from "../network-queries.ts";

/** Read again with all of the workspace's network, when the event stream says so. */
export const serviceKeys = { list: () => [...networkKeys.workspace, "services"] as const };

export const serviceQueries = {
	list: () =>
		queryOptions({
			queryKey: serviceKeys.list(),
			queryFn: ({ signal }) => api.listInternalServices({}, { signal }),
		}),
};
