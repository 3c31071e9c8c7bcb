import type { Actor } from "../domain/actor.ts";
import { type Database, dbCall } from "./database.ts";
import { getDevboxRow } from "./devboxes.ts";

/** Samples of the last hour, oldest first. */
export async function listMetricRows(db: Database, actor: Actor, devboxId: string) {
	await getDevboxRow(db, actor, devboxId);
	return dbCall(() =>
		db.prisma.metricSample.findMany({
			where: { devboxId, at: { gt: new Date(Date.now() - 60 * 60 * 1000) } },
			orderBy: { at: "asc" },
		}),
	);
}
