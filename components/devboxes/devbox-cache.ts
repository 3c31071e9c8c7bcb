import type { QueryClient } from "@tanstack/react-query";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { DevboxEvent } from "@/sdk/src/index.ts";
import { storeNetworkEvents } from "../network/network-cache.ts";
import { devboxKeys } from "./devbox-queries.ts";
import { askLive, devboxesOf, devboxSince, mergeDevboxes, noteEvents } from "./live-answers.ts";

function storeDevboxes(client: QueryClient, changed: readonly DevboxResponse[]): void {
	for (const box of changed) client.setQueryData(devboxKeys.one(box.id), box);
	client.setQueryData<DevboxResponse[]>(devboxKeys.list(), (list) => list && mergeDevboxes(list, changed));
}

/** Asks for a change of a box and puts the box as it then is into the cache. */
export async function changeDevbox(client: QueryClient, ask: () => Promise<DevboxResponse>): Promise<DevboxResponse> {
	const box = await askLive(ask, devboxSince);
	storeDevboxes(client, [box]);
	return box;
}

/** Puts a batch of events into the cache: many changes, one write of the list. */
export function storeEvents(client: QueryClient, events: readonly DevboxEvent[]): void {
	noteEvents(events);
	// Events before a resync are covered by what is read now, the few after it are newer still.
	if (events.some((event) => event.type === "resync")) void client.invalidateQueries({ queryKey: devboxKeys.all });
	for (const event of events)
		if (event.type === "operations") client.setQueryData(devboxKeys.operations(event.devboxId), event.operations);
	const changed = devboxesOf(events);
	if (changed.length > 0) storeDevboxes(client, changed);
	storeNetworkEvents(client, events);
	// A box changes when a command in it begins or ends, too; only a list that somebody looks at is read again.
	for (const { id } of changed) void client.invalidateQueries({ queryKey: devboxKeys.execs(id) });
}
