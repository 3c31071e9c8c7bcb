import type { QueryClient } from "@tanstack/react-query";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { DevboxEvent } from "@/sdk/src/index.ts";
import { environmentKeys } from "../environment/environment-queries.ts";
import { storeNetworkEvents } from "../network/network-cache.ts";
import { devboxKeys } from "./devbox-queries.ts";
import { askLive, devboxesOf, devboxSince, isResync, mergeDevboxes, noteEvents } from "./live-answers.ts";

function storeDevboxes(client: QueryClient, changed: readonly DevboxResponse[]): void {
	for (const box of changed) client.setQueryData(devboxKeys.one(box.id), box);
	client.setQueryData<DevboxResponse[]>(devboxKeys.list(), (list) => list && mergeDevboxes(list, changed));
}

/**
 * Reads anew what is shown, and forgets the rest: a list that is only marked as old would be taken for new again when an event of one
 * of its boxes is written into it.
 */
function readAgain(client: QueryClient): void {
	client.removeQueries({ queryKey: devboxKeys.all, type: "inactive" });
	void client.invalidateQueries({ queryKey: devboxKeys.all });
}

/** Asks for a change of a box and puts the box as it then is into the cache. */
export async function changeDevbox(client: QueryClient, ask: () => Promise<DevboxResponse>): Promise<DevboxResponse> {
	let isGap = false;
	const box = await askLive(ask, (answer, since) => {
		isGap = since.some(isResync);
		return devboxSince(answer, since);
	});
	storeDevboxes(client, [box]);
	// What was read after the gap may be newer than this answer, and no event says so.
	if (isGap) readAgain(client);
	return box;
}

/** Boxes of the events that something was done with. Most events only tell that a box was used. */
function steppedBoxes(client: QueryClient, events: readonly DevboxEvent[]): Set<string> {
	const stepped = new Set<string>();
	for (const event of events) {
		if (event.type === "operations") {
			const before = client.getQueryData(devboxKeys.operations(event.devboxId));
			if (JSON.stringify(before) !== JSON.stringify(event.operations)) stepped.add(event.devboxId);
		} else if (event.type === "devbox") {
			const before = client.getQueryData<DevboxResponse>(devboxKeys.one(event.devbox.id));
			if (stateWords(before) !== stateWords(event.devbox)) stepped.add(event.devbox.id);
		}
	}
	return stepped;
}

function stateWords(box: DevboxResponse | undefined): string {
	return `${box?.state} ${box?.power} ${box?.current_step?.step}`;
}

/** Puts a batch of events into the cache: many changes, one write of the list. */
export function storeEvents(client: QueryClient, events: readonly DevboxEvent[]): void {
	noteEvents(events);
	const stepped = steppedBoxes(client, events);
	for (const event of events)
		if (event.type === "operations") client.setQueryData(devboxKeys.operations(event.devboxId), event.operations);
	const changed = devboxesOf(events);
	if (changed.length > 0) storeDevboxes(client, changed);
	if (events.some(isResync)) readAgain(client);
	storeNetworkEvents(client, events);
	for (const id of stepped) void client.invalidateQueries({ queryKey: environmentKeys.of(id) });
	// A box changes when a command in it begins or ends, too; only a list that somebody looks at is read again.
	for (const { id } of changed) void client.invalidateQueries({ queryKey: devboxKeys.execs(id) });
}
