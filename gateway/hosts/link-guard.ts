/**
 * Ends this process's links into a box as soon as nothing may run in it: after DELETE they end at once, whether or not the engine
 * answers. Only boxes that were linked to from here are looked up.
 */

import type { Database } from "../../lib/db/database.ts";
import { type DevboxPresence, findDevboxPresence } from "../../lib/db/devbox-presence.ts";
import { allowedActions, type DesiredState, type DevboxState, type PowerState } from "../../lib/domain/devbox-state.ts";
import { devboxIdOf, instanceName } from "../../lib/domain/ids.ts";
import type { Log } from "../../lib/log/log.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";

export type LinkGuard = { close(): void };

export function openLinkGuard(o: {
	db: Pick<Database, "pool">;
	changes: ChangeFeed;
	/** Instances that links were asked for. */
	used: ReadonlySet<string>;
	drop: (instance: string) => void;
	log: Log;
}): LinkGuard {
	const checking = new Set<string>();
	const again = new Set<string>();

	/** One look-up per box at a time; a change that comes meanwhile makes one more. */
	async function check(devboxId: string): Promise<void> {
		if (checking.has(devboxId)) {
			again.add(devboxId);
			return;
		}
		checking.add(devboxId);
		try {
			const presence = await findDevboxPresence(o.db, devboxId);
			if (!mayHoldLinks(presence)) o.drop(instanceName(devboxId));
		} catch (error) {
			// The database is away: the gap that follows checks every box again.
			o.log.warn({ err: error, devbox: devboxId }, "a linked devbox could not be read");
		} finally {
			checking.delete(devboxId);
		}
		if (again.delete(devboxId)) await check(devboxId);
	}

	const stops = [
		o.changes.onDevbox(({ devboxId }) => {
			if (o.used.has(instanceName(devboxId))) void check(devboxId);
		}),
		o.changes.onGap(() => {
			for (const instance of [...o.used]) void check(devboxIdOf(instance));
		}),
	];
	return {
		close() {
			for (const stop of stops) stop();
		},
	};
}

function mayHoldLinks(presence: DevboxPresence | null): boolean {
	if (!presence) return false;
	const { state, power, desiredState } = presence;
	return allowedActions({
		state: state as DevboxState,
		power: power as PowerState,
		desiredState: desiredState as DesiredState,
	}).includes("open_terminal");
}
