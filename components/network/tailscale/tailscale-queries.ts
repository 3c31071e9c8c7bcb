import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api-client.ts";

export const tailscaleKeys = {
	own: () => ["tailscale"] as const,
	devbox: (id: string) => ["devbox-tailscale", id] as const,
};

const joinEveryMs = 3_000;

export const tailscaleQueries = {
	own: () => queryOptions({ queryKey: tailscaleKeys.own(), queryFn: ({ signal }) => api.getTailscale({}, { signal }) }),
	/** A join comes without an event: asked again while somebody looks. */
	devbox: (id: string) =>
		queryOptions({
			queryKey: tailscaleKeys.devbox(id),
			queryFn: ({ signal }) => api.getDevboxTailscale({ id }, { signal }),
			refetchInterval: joinEveryMs,
			staleTime: 0,
		}),
};

export type DevboxTailscale = Awaited<ReturnType<typeof api.getDevboxTailscale>>;
export type Tailscale = Awaited<ReturnType<typeof api.getTailscale>>;
