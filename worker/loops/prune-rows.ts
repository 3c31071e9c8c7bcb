import { pruneRows as prune } from "../../lib/db/sampled-metrics.ts";
import type { Loop } from "./loop.ts";

export function pruneRows(o: { everyMs: number }): Loop {
	return { name: "prune-rows", everyMs: o.everyMs, turn: ({ db }) => prune(db.pool) };
}
