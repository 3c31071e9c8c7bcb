/** Follows one box of an actor for as long as something of the actor's is open in it: why it must end, and that it is in use. */
import { touchDevbox } from "../../lib/db/devboxes.ts";
import type { Actor } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Log } from "../../lib/log/log.ts";
import type { Deps } from "../../lib/usecases/deps.ts";
import { getDevbox } from "../../lib/usecases/devboxes/get-devbox.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";

export type DevboxWatch = {
	/** Why nothing can run in the box any more; null while it can, and while the database cannot say. */
	findEnd(): Promise<string | null>;
	/** Somebody does something in it. */
	touch(): void;
	close(): void;
};

const touchEveryMs = 30_000;
/** Many changes in one burst make one look. */
const checkAfterMs = 100;

export function openDevboxWatch(o: {
	deps: Deps;
	actor: Actor;
	devboxId: string;
	changes: ChangeFeed;
	/** May be called more than once. */
	onEnd: (reason: string) => void;
	log: Log;
}): DevboxWatch {
	let touchedAt = 0;
	let waiting: NodeJS.Timeout | null = null;

	async function findEnd(): Promise<string | null> {
		try {
			const box = await getDevbox(o.deps, o.actor, { params: { id: o.devboxId } });
			if (box.owner.id !== o.actor.userId) return `${box.name} was handed over to ${box.owner.login}.`;
			if (box.actions.includes("open_terminal")) return null;
			const isGone = box.state === "destroyed" || box.desired_state === "destroyed";
			return `${box.name} ${isGone ? "was destroyed" : "is not running"}.${box.reason ? ` ${box.reason}` : ""}`;
		} catch (error) {
			if (error instanceof AppError && error.code === "not_found") return error.message;
			o.log.warn({ err: error }, "a devbox that is in use could not be read");
			return null;
		}
	}

	async function check(): Promise<void> {
		waiting = null;
		const reason = await findEnd();
		if (reason !== null) o.onEnd(reason);
	}

	function checkSoon(): void {
		waiting ??= setTimeout(() => void check(), checkAfterMs);
	}

	// What is open is use, also while nobody types: a terminal that shows a build must not see its box stopped.
	const openness = setInterval(touch, touchEveryMs).unref();

	function touch(): void {
		if (Date.now() - touchedAt < touchEveryMs) return;
		touchedAt = Date.now();
		touchDevbox(o.deps.db, o.devboxId).catch((error) =>
			o.log.warn({ err: error }, "a devbox's last use was not noted"),
		);
	}

	const stops = [
		o.changes.onDevbox((change) => {
			if (change.devboxId === o.devboxId) checkSoon();
		}),
		o.changes.onGap(checkSoon),
	];
	return {
		findEnd,
		touch,
		close() {
			clearInterval(openness);
			for (const stop of stops) stop();
			if (waiting) clearTimeout(waiting);
		},
	};
}
