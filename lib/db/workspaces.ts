import type { Actor } from "../domain/actor.ts";
import { canaryWorkspace } from "../domain/isolation.ts";
import { type Database, dbCall } from "./database.ts";
import type { Queryable } from "./run-journal.ts";

/** The actor's own workspace. */
export function getWorkspaceRow(db: Database, actor: Actor) {
	return dbCall(() => db.prisma.workspace.findUniqueOrThrow({ where: { id: actor.workspaceId } }));
}
export type WorkspaceRow = Awaited<ReturnType<typeof getWorkspaceRow>>;

export function updateWorkspaceRow(
	db: Database,
	actor: Actor,
	data: { name?: string; requireSshKey?: boolean; gitProxy?: boolean; isolationEveryDays?: number | null },
) {
	return dbCall(() => db.prisma.workspace.update({ where: { id: actor.workspaceId }, data }));
}

/** Of people: that of canaries is none. */
export async function workspaceIds(db: Queryable): Promise<string[]> {
	const { rows } = await db.query<{ id: string }>("SELECT id FROM workspaces WHERE id <> $1", [canaryWorkspace.id]);
	return rows.map(({ id }) => id);
}
