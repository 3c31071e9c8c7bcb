/** Audiences that a workspace allows, as an actor may see and set them. */
import type { Actor } from "../domain/actor.ts";
import { audiencesMax } from "../domain/identity.ts";
import { newId } from "../domain/ids.ts";
import { type Database, dbCall, isUniqueViolation } from "./database.ts";

export function listAudienceRows(db: Database, { workspaceId }: Pick<Actor, "workspaceId">) {
	return dbCall(() => db.prisma.identityAudience.findMany({ where: { workspaceId }, orderBy: { audience: "asc" } }));
}
export type AudienceRow = Awaited<ReturnType<typeof listAudienceRows>>[number];

/** "taken" for one that is allowed already; "full" when there are as many as there can be. */
export async function insertAudience(
	db: Database,
	actor: Actor,
	o: { audience: string; description: string },
): Promise<AudienceRow | "taken" | "full"> {
	const { workspaceId, login: createdBy } = actor;
	if ((await dbCall(() => db.prisma.identityAudience.count({ where: { workspaceId } }))) >= audiencesMax) return "full";
	try {
		const data = { id: newId("identityAudience"), workspaceId, createdBy, ...o };
		return await dbCall(() => db.prisma.identityAudience.create({ data }));
	} catch (error) {
		if (isUniqueViolation(error)) return "taken";
		throw error;
	}
}

/** False: there is none of this id in the actor's workspace. */
export async function deleteAudience(db: Database, actor: Actor, id: string): Promise<boolean> {
	const where = { id, workspaceId: actor.workspaceId };
	return (await dbCall(() => db.prisma.identityAudience.deleteMany({ where }))).count > 0;
}
