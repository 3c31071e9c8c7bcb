/**
 * `GET /events`: one browser's live view of the devboxes that its user sees. What changed is only remembered by id and read when it is sent, so a
 * burst costs one read, a slow reader costs nothing, and what goes out is always the present state.
 *
 * Every stream begins with `resync`: whatever changed before it was open is not known to it. Events carry no id; after a gap the
 * client reads its lists again.
 */
import type { ServerResponse } from "node:http";
import type { devboxEvents } from "../../lib/contract/devboxes.ts";
import type { Actor } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { actorMay } from "../../lib/domain/permissions.ts";
import type { Log } from "../../lib/log/log.ts";
import type { Deps } from "../../lib/usecases/deps.ts";
import { getDevbox } from "../../lib/usecases/devboxes/get-devbox.ts";
import { listOperations } from "../../lib/usecases/devboxes/list-operations.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import { openChangeQueue } from "./change-queue.ts";

type EventName = (typeof devboxEvents)[number];

export type EventStream = { end(reason: string): void };

const heartbeatMs = 15_000;
/** A reader that takes nothing for so long is dropped; it comes back with a new stream. */
const stalledMs = 60_000;

export function openEventStream(o: {
	response: ServerResponse;
	deps: Deps;
	actor: Actor;
	changes: ChangeFeed;
	onClosed: () => void;
	log: Log;
}): EventStream {
	const { response } = o;
	const queue = openChangeQueue({ onDue: () => void drain() });
	let isDraining = false;
	let isEnded = false;
	let stalled: NodeJS.Timeout | null = null;

	function write(text: string): void {
		if (isEnded || response.write(text) || stalled) return;
		stalled = setTimeout(() => response.destroy(), stalledMs);
		response.once("drain", () => {
			if (stalled) clearTimeout(stalled);
			stalled = null;
			void drain();
		});
	}

	function writeEvent(name: EventName, data: unknown): void {
		write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
	}

	/** Sends what is due, one box after the other, and stops while the reader is behind. */
	async function drain(): Promise<void> {
		if (isDraining) return;
		isDraining = true;
		try {
			while (!isEnded && !stalled) {
				const due = queue.take();
				if (!due) break;
				if (due.kind === "resync") writeEvent("resync", {});
				else if (due.kind === "network") writeEvent("network", { devbox_id: due.devboxId });
				else await sendDevbox(due.devboxId);
			}
		} finally {
			isDraining = false;
		}
	}

	async function sendDevbox(devboxId: string): Promise<void> {
		const input = { params: { id: devboxId } };
		try {
			const [box, operations] = await Promise.all([
				getDevbox(o.deps, o.actor, input),
				listOperations(o.deps, o.actor, { ...input, query: {} }),
			]);
			writeEvent("devbox", box);
			writeEvent("operations", { devbox_id: devboxId, operations: operations.data });
		} catch (error) {
			// Seen until now, and made private or handed over: the client's list is no longer right.
			if (error instanceof AppError && error.code === "not_found") return queue.resync();
			// The client asks again itself once we could not say; when the database is back the gap says so once more.
			o.log.warn({ err: error }, "a change could not be read for a stream");
			queue.resync();
		}
	}

	const reviewsNetworks = actorMay(o.actor, "network.review");
	const stops = [
		o.changes.onDevbox((change) => {
			const isSeen = change.isShown || change.ownerId === o.actor.userId;
			if (isSeen && change.workspaceId === o.actor.workspaceId) queue.add(change.devboxId);
		}),
		o.changes.onNetwork((change) => {
			const isOurs = change.workspaceId === null || change.workspaceId === o.actor.workspaceId;
			const isSeen = change.devboxId === null || change.ownerId === o.actor.userId || reviewsNetworks;
			if (isOurs && isSeen) queue.addNetwork(change.devboxId);
		}),
		o.changes.onGap(() => queue.resync()),
	];
	const heartbeat = setInterval(() => {
		if (!stalled) write(": still here\n\n");
	}, heartbeatMs);

	function closed(): void {
		if (isEnded) return;
		isEnded = true;
		clearInterval(heartbeat);
		if (stalled) clearTimeout(stalled);
		for (const stop of stops) stop();
		queue.close();
		o.onClosed();
	}

	response.on("close", closed);
	response.on("error", (error) => o.log.debug({ err: error }, "an event stream broke"));
	write("retry: 1000\n\n");
	queue.resync();
	return {
		end(reason) {
			if (isEnded) return;
			closed();
			response.end(`: ${reason}\n\n`);
		},
	};
}
