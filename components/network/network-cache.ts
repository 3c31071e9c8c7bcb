import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { DevboxEvent } from "@/sdk/src/index.ts";
import { defaultsKeys } from "../defaults/defaults-queries.ts";
import { workspaceKeys } from "../settings/workspace-queries.ts";
import { isolationKeys } from "./isolation/isolation-queries.ts";
import { networkKeys } from "./network-queries.ts";
import { policyKeys } from "./policies/policy-queries.ts";

/** What the event stream says of networks: what somebody looks at is read again. */
export function storeNetworkEvents(client: QueryClient, events: readonly DevboxEvent[]): void {
	const isAll = events.some((event) => event.type === "resync" || (event.type === "network" && !event.devboxId));
	const networks = events.flatMap((event) => (event.type === "network" && event.devboxId ? [event.devboxId] : []));
	const boxes = events.flatMap((event) => (event.type === "devbox" ? [event.devbox.id] : []));
	const stale: QueryKey[] = isAll
		? [networkKeys.devboxes, policyKeys.all, isolationKeys.all, defaultsKeys.all, workspaceKeys.own()]
		: [...new Set([...networks, ...boxes])].map((id) => networkKeys.devbox(id));
	if (isAll || networks.length > 0) stale.push(networkKeys.workspace);
	for (const queryKey of stale) void client.invalidateQueries({ queryKey });
}
