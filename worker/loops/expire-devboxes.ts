import { recordAudit } from "../../lib/db/audit-events.ts";
import { expireDevboxes as expire } from "../../lib/db/devbox-rules.ts";
import { queueRun } from "../../lib/db/run-journal.ts";
import type { Loop } from "./loop.ts";

/** Boxes whose time is up are destroyed, in use or not: their owners were told when, and could keep them longer. */
export function expireDevboxes(o: { everyMs: number; now?: () => Date }): Loop {
	const now = o.now ?? (() => new Date());
	return {
		name: "expire-devboxes",
		everyMs: o.everyMs,
		async turn({ db: { pool }, log }) {
			for (const { id, name, workspaceId, ownerId, reason } of await expire(pool, { now: now() })) {
				await queueRun(pool, { devboxId: id, pipeline: "destroy-devbox", whileStates: ["destroyed"] });
				await recordAudit(pool, {
					workspaceId,
					actor: { kind: "system" },
					action: "devbox.expire",
					target: { kind: "devbox", id, name },
					outcome: "success",
					detail: { reason, owner_id: ownerId },
				});
				log.info({ devbox: id }, "a devbox's time was up");
			}
		},
	};
}
