import type { QueryClient } from "@tanstack/react-query";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { DevboxEvent } from "@/sdk/src/index.ts";
import { storeNetworkEvents } from "../network/network-cache.ts";
import { devboxKeys } from "./devbox-queries.ts";

type Devboxes = DevboxResponse[];

/** The list with these boxes as they are now; a destroyed one leaves it. Unchanged boxes keep their identity, so that rows stay still. */
export function mergeDevboxes(list: Devboxes, changed: readonly DevboxResponse[]): Devboxes {
	const byId = new Map(changed.map((box) => [box.id, box]));
	const merged: Devboxes = [];
	for (const box of list) {
		const next = byId.get(box.id);
		byId.delete(box.id);
		if (!next) merged.push(box);
		else if (next.state !== "destroyed") merged.push(next);
	}
	const added = [...byId.values()].filter((box) => box.state !== "destroyed");
	return added.length > 0 ? [...added.reverse(), ...merged] : merged;
}

export function storeDevboxes(client: QueryClient, changed: readonly DevboxResponse[]): void {
	for (const box of changed) client.setQueryData(devboxKeys.one(box.id), box);
	client.setQueryData<Devboxes>(devboxKeys.list(), (list) => list && mergeDevboxes(list, changed));
}

/** Puts a batch of events into the cache: many changes, one write of the list. */
export function storeEvents(client: QueryClient, events: readonly DevboxEvent[]): void {
	// Events before a resync are covered by what is read now; the few after it are newer still and come again with the answer.
	if (events.some((event) => event.type === "resync")) void client.invalidateQueries({ queryKey: devboxKeys.all });
	const changed = new Map<string, DevboxResponse>();
	for (const event of events) {
		if (event.type === "devbox") changed.set(event.devbox.id, event.devbox);
		if (event.type === "operations") client.setQueryData(devboxKeys.operations(event.devboxId), event.operations);
	}
	if (changed.size > 0) storeDevboxes(client, [...changed.values()]);
	storeNetworkEvents(client, events);
	// A box changes when a command in it begins or ends, too; only a list that somebody looks at is read again.
	for (const id of changed.keys()) void client.invalidateQueries({ queryKey: devboxKeys.execs(id) });
}
