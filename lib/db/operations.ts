import type { Actor } from "../domain/actor.ts";
import { type Database, dbCall } from "./database.ts";
import { devboxNotFound } from "./devboxes.ts";
import type { Prisma } from "./generated/client.ts";

export type OperationRow = Prisma.OperationGetPayload<{ include: { run: { select: { pipeline: true } } } }>;

/** All steps of a box that the actor sees, oldest first. */
export async function listOperationRows(db: Database, actor: Actor, devboxId: string): Promise<OperationRow[]> {
	const devbox = await dbCall(() =>
		db.prisma.devbox.findFirst({
			where: { id: devboxId, workspaceId: actor.workspaceId, ownerId: actor.userId },
			select: {
				operations: {
					include: { run: { select: { pipeline: true } } },
					orderBy: [{ createdAt: "asc" }, { position: "asc" }],
				},
			},
		}),
	);
	if (!devbox) throw devboxNotFound(devboxId);
	return devbox.operations;
}
