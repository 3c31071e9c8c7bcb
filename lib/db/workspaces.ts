import type { Actor } from "../domain/actor.ts";
import { type Database, dbCall } from "./database.ts";

/** The actor's own workspace. */
export function getWorkspaceRow(db: Database, actor: Actor) {
	return dbCall(() => db.prisma.workspace.findUniqueOrThrow({ where: { id: actor.workspaceId } }));
}
export type WorkspaceRow = Awaited<ReturnType<typeof getWorkspaceRow>>;

export function updateWorkspaceRow(
	db: Database,
	actor: Actor,
	data: { name?: string; requireSshKey?: boolean; gitProxy?: boolean },
) {
	return dbCall(() => db.prisma.workspace.update({ where: { id: actor.workspaceId }, data }));
}
