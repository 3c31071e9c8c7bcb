/**
 * An answer can be older than an event that overtook it, and no other event would come to put it right. The other way round does no
 * harm: each change is followed by an event that is read after it.
 */
import type { DevboxResponse, OperationResponse } from "@/lib/contract/devboxes.ts";
import type { DevboxEvent } from "@/sdk/src/index.ts";

type Events = readonly DevboxEvent[];

/** What the event stream said while each request that runs now was on its way. */
const running = new Set<DevboxEvent[]>();

/** Tells the requests on their way of what the stream said. */
export function noteEvents(events: Events): void {
	for (const seen of running) seen.push(...events);
}

/** Asks, and lets what the event stream said meanwhile prevail over the answer. */
export async function askLive<T>(ask: () => Promise<T>, update: (answer: T, since: Events) => T): Promise<T> {
	const seen: DevboxEvent[] = [];
	running.add(seen);
	try {
		return update(await ask(), seen);
	} finally {
		running.delete(seen);
	}
}

/** The same of a read, which is asked once more when the stream had a gap meanwhile: nothing says what changed before it. */
export async function readLive<T>(ask: () => Promise<T>, update: (answer: T, since: Events) => T): Promise<T> {
	let isGap = false;
	const answer = await askLive(ask, (read, since) => {
		isGap = since.some(isResync);
		return update(read, since);
	});
	return isGap ? askLive(ask, update) : answer;
}

export const isResync = (event: DevboxEvent) => event.type === "resync";

/** The list with these boxes as they are now; a destroyed one leaves it. Unchanged boxes keep their identity, so that rows stay still. */
export function mergeDevboxes(list: DevboxResponse[], changed: readonly DevboxResponse[]): DevboxResponse[] {
	const byId = new Map(changed.map((box) => [box.id, box]));
	const merged: DevboxResponse[] = [];
	for (const box of list) {
		const next = byId.get(box.id);
		byId.delete(box.id);
		if (!next) merged.push(box);
		else if (next.state !== "destroyed") merged.push(next);
	}
	const added = [...byId.values()].filter((box) => box.state !== "destroyed");
	return added.length > 0 ? [...added.reverse(), ...merged] : merged;
}

/** Each box of the events once, as the last of them says. */
export function devboxesOf(events: Events): DevboxResponse[] {
	const byId = new Map(events.flatMap((event) => (event.type === "devbox" ? [[event.devbox.id, event.devbox]] : [])));
	return [...byId.values()];
}

export const listSince = (list: DevboxResponse[], since: Events) => mergeDevboxes(list, devboxesOf(since));

export const devboxSince = (box: DevboxResponse, since: Events) =>
	devboxesOf(since).find(({ id }) => id === box.id) ?? box;

export const operationsSince = (id: string) => (operations: OperationResponse[], since: Events) =>
	since.reduce(
		(newest, event) => (event.type === "operations" && event.devboxId === id ? event.operations : newest),
		operations,
	);
