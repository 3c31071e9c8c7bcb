import { expireDevboxes as expire } from "../../lib/db/devbox-rules.ts";
import { queueRun } from "../../lib/db/run-journal.ts";
import { applyRule } from "./apply-rule.ts";
import type { Loop } from "./loop.ts";

/** Boxes whose time is up are destroyed, in use or not: their owners were told when, and could keep them longer. */
export function expireDevboxes(o: { everyMs: number; now?: () => Date }): Loop {
	const now = o.now ?? (() => new Date());
	return {
		name: "expire-devboxes",
		everyMs: o.everyMs,
		async turn({ db: { pool }, log }) {
			for (const { id } of await applyRule(pool, "devbox.expire", (client) => expire(client, { now: now() }))) {
				await queueRun(pool, { devboxId: id, pipeline: "destroy-devbox", whileStates: ["destroyed"] });
				log.info({ devbox: id }, "a devbox's time was up");
			}
		},
	};
}
