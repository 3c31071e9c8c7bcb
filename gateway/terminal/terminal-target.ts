/** What a ticket opens: a named terminal in one of the actor's own running boxes, watched for as long as it is open. */

import type { Database } from "../../lib/db/database.ts";
import { touchDevbox } from "../../lib/db/devboxes.ts";
import type { Actor } from "../../lib/domain/actor.ts";
import type { BoxChannel } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Log } from "../../lib/log/log.ts";
import type { BoxDeps } from "../../lib/usecases/deps.ts";
import { getDevbox } from "../../lib/usecases/devboxes/get-devbox.ts";
import { linkToDevbox } from "../../lib/usecases/devboxes/running-devbox.ts";
import { redeemTerminalTicket } from "../../lib/usecases/terminals/redeem-terminal-ticket.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import type { TerminalSize } from "./terminal-connection.ts";

export type TerminalTarget = {
	open(size: TerminalSize, signal: AbortSignal): Promise<BoxChannel>;
	/** Why nothing can run in the box any more; null while it can, and while the database cannot say. */
	findEnd(): Promise<string | null>;
	/** Somebody typed. */
	touch(): void;
	stopWatching(): void;
};

const touchEveryMs = 30_000;

export function openTerminalTarget(o: {
	deps: BoxDeps;
	actor: Actor;
	ticket: string;
	changes: ChangeFeed;
	onEnd: (reason: string) => void;
	log: Log;
}): TerminalTarget {
	const { db } = o.deps;
	let devboxId: string | null = null;
	let stops: (() => void)[] = [];
	let touchedAt = 0;

	async function findEnd(): Promise<string | null> {
		if (!devboxId) return null;
		try {
			const box = await getDevbox(o.deps, o.actor, { params: { id: devboxId } });
			if (box.actions.includes("open_terminal")) return null;
			const isGone = box.state === "destroyed" || box.desired_state === "destroyed";
			return `${box.name} ${isGone ? "was destroyed" : "is not running"}.${box.reason ? ` ${box.reason}` : ""}`;
		} catch (error) {
			if (error instanceof AppError && error.code === "not_found") return error.message;
			o.log.warn({ err: error }, "a terminal's devbox could not be read");
			return null;
		}
	}

	function check(): void {
		void findEnd().then((reason) => {
			if (reason) o.onEnd(reason);
		});
	}

	function watch(id: string): void {
		const checkSoon = coalesced(check);
		stops = [
			o.changes.onDevbox((change) => {
				if (change.devboxId === id) checkSoon();
			}),
			o.changes.onGap(checkSoon),
		];
	}

	return {
		async open(size, signal) {
			const opened = await redeemTerminalTicket(o.deps, o.actor, o.ticket);
			devboxId = opened.devboxId;
			if (signal.aborted) throw new AppError({ code: "unavailable", message: "The browser has gone." });
			watch(devboxId);
			const link = await linkToDevbox(o.deps, o.actor, { id: devboxId, user: "devbox", signal });
			noteUse(db, devboxId, o.log);
			touchedAt = Date.now();
			return link.open({
				// The ticket's name passed the contract's pattern: it needs no quoting.
				command: `/usr/lib/devbox/terminal ${opened.terminal} ${size.cols} ${size.rows}`,
				env: { COLORTERM: "truecolor", LANG: "C.UTF-8" },
				pty: { term: "xterm-256color", ...size },
				signal,
			});
		},
		findEnd,
		touch() {
			if (!devboxId || Date.now() - touchedAt < touchEveryMs) return;
			touchedAt = Date.now();
			noteUse(db, devboxId, o.log);
		},
		stopWatching() {
			for (const stop of stops) stop();
			stops = [];
		},
	};
}

function noteUse(db: Database, devboxId: string, log: Log): void {
	touchDevbox(db, devboxId).catch((error) => log.warn({ err: error }, "a devbox's last use was not noted"));
}

/** Many calls in one burst make one action, 100 ms after the first. */
function coalesced(action: () => void): () => void {
	let isWaiting = false;
	return () => {
		if (isWaiting) return;
		isWaiting = true;
		setTimeout(() => {
			isWaiting = false;
			action();
		}, 100);
	};
}
