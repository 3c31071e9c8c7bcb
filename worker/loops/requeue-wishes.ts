/** Queues a run for every box that is not as it should be and for which none is queued. */
import { readUnmetWishes } from "../../lib/db/observed-devboxes.ts";
import { queueRun } from "../../lib/db/run-journal.ts";
import type { Loop } from "./loop.ts";

/** `quietMs`: how long a box is left alone after a run of it failed. */
export function requeueWishes(o: { everyMs: number; quietMs: number }): Loop {
	return {
		name: "requeue-wishes",
		everyMs: o.everyMs,
		async turn({ db, log }) {
			for (const { devboxId, pipeline, state } of await readUnmetWishes(db.pool, { quietMs: o.quietMs })) {
				if (await queueRun(db.pool, { devboxId, pipeline, whileStates: [state] }))
					log.info({ devbox: devboxId, pipeline }, "queued what nobody had queued");
			}
		},
	};
}
