/** Asks for a box's environment to be brought in anew: a run like any other, so that it survives whoever asked. */
import { type Database, dbCall } from "./database.ts";
import { insertRun } from "./insert-run.ts";

/**
 * Answers false for a box that does not run. One that waits to be refreshed already is left at that: its run reads what is newest
 * when it begins.
 */
export function queueRefresh(
	db: Pick<Database, "prisma">,
	o: { workspaceId: string; devboxId: string },
): Promise<boolean> {
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const { count } = await tx.devbox.updateMany({
				where: { id: o.devboxId, workspaceId: o.workspaceId, state: "ready", desiredState: "running" },
				data: { updatedAt: new Date() },
			});
			if (count === 0) return false;
			const waiting = { devboxId: o.devboxId, pipeline: "refresh-environment", status: "pending", claimedBy: null };
			if ((await tx.run.count({ where: waiting })) === 0)
				await insertRun(tx, { devboxId: o.devboxId, pipeline: "refresh-environment" });
			return true;
		}),
	);
}
