/**
 * Stops boxes that nobody has used for as long as their rule says. What counts as use is noted where it happens: an open terminal,
 * SSH connection or preview moves `last_used_at` along, and a command counts for as long as it runs.
 */
import { noteRunningExecs, stopIdleDevboxes } from "../../lib/db/devbox-rules.ts";
import { queueRun } from "../../lib/db/run-journal.ts";
import { applyRule } from "./apply-rule.ts";
import type { Loop } from "./loop.ts";

export function stopIdle(o: { everyMs: number; now?: () => Date }): Loop {
	const now = o.now ?? (() => new Date());
	return {
		name: "stop-idle",
		everyMs: o.everyMs,
		async turn({ db: { pool }, log }) {
			const at = now();
			await noteRunningExecs(pool, { now: at });
			for (const { id } of await applyRule(pool, "devbox.idle", (client) => stopIdleDevboxes(client, { now: at }))) {
				// A crash before this line loses nothing: `requeue-wishes` finds the wish.
				await queueRun(pool, { devboxId: id, pipeline: "stop-devbox", whileStates: ["ready"] });
				log.info({ devbox: id }, "an idle devbox is stopped");
			}
		},
	};
}
