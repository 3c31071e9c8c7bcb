/**
 * Stops boxes that nobody has used for as long as their rule says. What counts as use is noted where it happens: an open terminal,
 * SSH connection or preview moves `last_used_at` along, and a command counts for as long as it runs.
 */
import { recordAudit } from "../../lib/db/audit-events.ts";
import { noteRunningExecs, stopIdleDevboxes } from "../../lib/db/devbox-rules.ts";
import { queueRun } from "../../lib/db/run-journal.ts";
import type { Loop } from "./loop.ts";

export function stopIdle(o: { everyMs: number; now?: () => Date }): Loop {
	const now = o.now ?? (() => new Date());
	return {
		name: "stop-idle",
		everyMs: o.everyMs,
		async turn({ db: { pool }, log }) {
			const at = now();
			await noteRunningExecs(pool, { now: at });
			for (const { id, name, workspaceId, ownerId, reason } of await stopIdleDevboxes(pool, { now: at })) {
				// A crash before this line loses nothing: `requeue-wishes` finds the wish.
				await queueRun(pool, { devboxId: id, pipeline: "stop-devbox", whileStates: ["ready"] });
				await recordAudit(pool, {
					workspaceId,
					actor: { kind: "system" },
					action: "devbox.idle",
					target: { kind: "devbox", id, name },
					outcome: "success",
					detail: { reason, owner_id: ownerId },
				});
				log.info({ devbox: id }, "an idle devbox is stopped");
			}
		},
	};
}
