import type { Actor } from "../domain/actor.ts";
import { type Database, dbCall } from "./database.ts";
import { devboxNotFound } from "./devboxes.ts";
import type { Prisma } from "./generated/client.ts";

export type OperationRow = Prisma.OperationGetPayload<{ include: { run: { select: { pipeline: true } } } }>;

/** All steps of a box that the actor sees, oldest first; what they said only of the actor's own. */
export async function listOperationRows(db: Database, actor: Actor, devboxId: string): Promise<OperationRow[]> {
	const devbox = await dbCall(() =>
		db.prisma.devbox.findFirst({
			where: {
				id: devboxId,
				workspaceId: actor.workspaceId,
				OR: [{ ownerId: actor.userId }, { accessMode: "workspace" }],
			},
			select: {
				ownerId: true,
				operations: {
					include: { run: { select: { pipeline: true } } },
					orderBy: [{ createdAt: "asc" }, { position: "asc" }],
				},
			},
		}),
	);
	if (!devbox) throw devboxNotFound(devboxId);
	if (devbox.ownerId === actor.userId) return devbox.operations;
	return devbox.operations.map((operation) => ({ ...operation, message: "" }));
}
