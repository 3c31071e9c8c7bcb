/**
 * A program that runs in a box on its own asks for an ID token or a name whether anybody is connected or not. So where a workspace
 * allows an audience, or a box has a network policy, the gateway holds the control socket of each such box that runs: root's link open, and somebody at the socket. Of several
 * gateways the last to listen has it; when that one goes, the next look of another takes its place.
 */
import { listIdentityBoxes } from "../../lib/db/box-identities.ts";
import type { Database } from "../../lib/db/database.ts";
import type { BoxLinks } from "../../lib/domain/box-link.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import type { Log } from "../../lib/log/log.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";

export type ControlHolder = { close(): void };

const lookEveryMs = 15_000;
const holdTimeoutMs = 20_000;
/** Looks at boxes at once. */
const atOnce = 8;

export function openControlHolder(o: {
	db: Pick<Database, "pool">;
	changes: ChangeFeed;
	linksOf: (hostId: string) => BoxLinks;
	log: Log;
	lookEveryMs?: number;
}): ControlHolder {
	const closing = new AbortController();
	const holding = new Set<string>();

	async function hold({ devboxId, hostId }: { devboxId: string; hostId: string }): Promise<void> {
		if (holding.has(devboxId) || closing.signal.aborted) return;
		holding.add(devboxId);
		try {
			const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(holdTimeoutMs)]);
			await o.linksOf(hostId).holdControl({ instance: instanceName(devboxId), signal });
		} catch (error) {
			if (!closing.signal.aborted)
				o.log.debug({ err: error, devbox: devboxId }, "a control socket is not held; trying again");
		} finally {
			holding.delete(devboxId);
		}
	}

	async function look(devboxId: string | null): Promise<void> {
		if (closing.signal.aborted) return;
		try {
			const boxes = await listIdentityBoxes(o.db, { devboxId });
			const next = boxes.values();
			await Promise.all(
				Array.from({ length: atOnce }, async () => {
					for (const box of next) await hold(box);
				}),
			);
		} catch (error) {
			o.log.warn({ err: error }, "the devboxes that may ask for ID tokens could not be read");
		}
	}

	let turn: NodeJS.Timeout | undefined;
	async function turnAround(): Promise<void> {
		await look(null);
		if (!closing.signal.aborted) turn = setTimeout(() => void turnAround(), o.lookEveryMs ?? lookEveryMs);
	}
	void turnAround();
	const stop = o.changes.onDevbox(({ devboxId }) => void look(devboxId));
	return {
		close() {
			closing.abort(new Error("the gateway closes"));
			clearTimeout(turn);
			stop();
		},
	};
}
