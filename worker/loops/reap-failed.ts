import { expireFailedDevboxes } from "../../lib/db/observed-devboxes.ts";
import type { Loop } from "./loop.ts";

/** Failed boxes that were kept long enough to be looked into become `destroyed`; `requeue-wishes` then takes their machines down. */
export function reapFailed(o: { everyMs: number }): Loop {
	return {
		name: "reap-failed",
		everyMs: o.everyMs,
		async turn({ db, log }) {
			const count = await expireFailedDevboxes(db.pool);
			if (count > 0) log.info({ count }, "failed devboxes expired");
		},
	};
}
