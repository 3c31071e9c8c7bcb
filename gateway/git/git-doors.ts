/**
 * Holds the git proxy's port in every running box that has a repository behind it: one link of its own per box, opened when the box
 * runs, again when it was lost, and ended with the box. Of several gateways the one that listens first has the port; the others ask
 * again, so that one takes over when it goes.
 */
import type { Duplex } from "node:stream";
import type { Database } from "../../lib/db/database.ts";
import { listProxiedDevboxes } from "../../lib/db/git-proxy-grants.ts";
import type { BoxLinks } from "../../lib/domain/box-link.ts";
import { gitProxyPort } from "../../lib/domain/git-proxy.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import type { Log } from "../../lib/log/log.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import type { GitProxyServer } from "./git-proxy.ts";

export type GitDoors = { close(): void };

type GitDoorsInput = {
	db: Pick<Database, "pool">;
	changes: ChangeFeed;
	linksOf: (hostId: string) => BoxLinks;
	serverOf: (devboxId: string) => GitProxyServer;
	log: Log;
	/** Milliseconds until a door that did not open is tried again, at first and at most. */
	retryMs?: { first: number; max: number };
};

/** A missed change is mended by the look that follows. */
const lookEveryMs = 60_000;

export function openGitDoors(o: GitDoorsInput): GitDoors {
	const retryMs = o.retryMs ?? { first: 500, max: 15_000 };
	const doors = new Map<string, AbortController>();
	let isClosed = false;

	async function look(devboxId: string | null): Promise<void> {
		if (isClosed) return;
		try {
			const wanted = await listProxiedDevboxes(o.db, { devboxId });
			const ids = new Set(wanted.map((box) => box.devboxId));
			for (const id of doors.keys()) if (!ids.has(id) && (devboxId === null || devboxId === id)) end(id);
			for (const box of wanted) if (!doors.has(box.devboxId)) hold(box);
		} catch (error) {
			o.log.warn({ err: error }, "the devboxes with a git proxy could not be read");
		}
	}

	function end(id: string): void {
		const door = doors.get(id);
		doors.delete(id);
		door?.abort(new Error("the devbox does not run"));
	}

	function hold(box: { devboxId: string; hostId: string }): void {
		if (isClosed) return;
		const door = new AbortController();
		doors.set(box.devboxId, door);
		void keepDoor({ ...o, ...box, signal: door.signal, retryMs });
	}

	const timer = setInterval(() => void look(null), lookEveryMs);
	const stops = [o.changes.onDevbox(({ devboxId }) => void look(devboxId)), o.changes.onGap(() => void look(null))];
	void look(null);
	return {
		close() {
			isClosed = true;
			clearInterval(timer);
			for (const stop of stops) stop();
			for (const id of [...doors.keys()]) end(id);
		},
	};
}

type Door = GitDoorsInput & {
	devboxId: string;
	hostId: string;
	signal: AbortSignal;
	retryMs: { first: number; max: number };
};

/** Until the signal ends it. Never rejects. */
async function keepDoor(o: Door): Promise<void> {
	let pauseMs = o.retryMs.first;
	while (!o.signal.aborted) {
		try {
			await openDoor(o, () => {
				pauseMs = o.retryMs.first;
			});
		} catch (error) {
			if (o.signal.aborted) return;
			o.log.debug({ err: error, devbox: o.devboxId }, "no git proxy in a box; trying again");
		}
		await pause(pauseMs, o.signal);
		pauseMs = Math.min(o.retryMs.max, pauseMs * 2);
	}
}

/** Resolves when the link has ended. */
async function openDoor(o: Door, onOpen: () => void): Promise<void> {
	const server = o.serverOf(o.devboxId);
	const instance = instanceName(o.devboxId);
	const refuseAgent = (stream: Duplex) => stream.destroy();
	const link = await o.linksOf(o.hostId).openForwarding({
		instance,
		user: "devbox",
		onAgent: refuseAgent,
		signal: o.signal,
	});
	const close = () => link.close();
	o.signal.addEventListener("abort", close, { once: true });
	try {
		o.signal.throwIfAborted();
		await link.listenTcp({ port: gitProxyPort, onConnection: server.accept, signal: o.signal });
		onOpen();
		await link.closed;
	} finally {
		o.signal.removeEventListener("abort", close);
		link.close();
		server.close();
	}
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const end = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", end);
			resolve();
		};
		const timer = setTimeout(end, ms);
		signal.addEventListener("abort", end, { once: true });
	});
}
