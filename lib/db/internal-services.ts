/** Internal services of a workspace, as an actor may see and set them; and what operators opened for them. */
import type { Actor } from "../domain/actor.ts";
import { newId } from "../domain/ids.ts";
import { internalServicesMax } from "../domain/internal-service.ts";
import { type Database, dbCall, isUniqueViolation } from "./database.ts";
import type { Queryable } from "./run-journal.ts";

export function listServiceRows(db: Database, { workspaceId }: Pick<Actor, "workspaceId">) {
	return dbCall(() => db.prisma.internalService.findMany({ where: { workspaceId }, orderBy: { name: "asc" } }));
}
export type ServiceRow = Awaited<ReturnType<typeof listServiceRows>>[number];

/** "taken": there is one of this name; "full": there are as many as there can be. */
export async function insertService(
	db: Database,
	actor: Actor,
	o: { name: string; address: string; ports: number[] },
): Promise<ServiceRow | "taken" | "full"> {
	const { workspaceId, login: createdBy } = actor;
	try {
		return await dbCall(() =>
			db.prisma.$transaction(async (tx) => {
				// Those who add at once are counted one after the other.
				await tx.$queryRaw`SELECT 1 FROM workspaces WHERE id = ${workspaceId} FOR UPDATE`;
				if ((await tx.internalService.count({ where: { workspaceId } })) >= internalServicesMax) return "full";
				return tx.internalService.create({ data: { id: newId("internalService"), workspaceId, createdBy, ...o } });
			}),
		);
	} catch (error) {
		if (isUniqueViolation(error)) return "taken";
		throw error;
	}
}

/** What it was; null: there is none of this id in the actor's workspace. */
export async function deleteService(db: Database, { workspaceId }: Actor, id: string): Promise<ServiceRow | null> {
	const where = { id, workspaceId };
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const row = await tx.internalService.findFirst({ where });
			const { count } = await tx.internalService.deleteMany({ where });
			return count > 0 ? row : null;
		}),
	);
}

/** Of all hosts: they are the install's, not a workspace's. */
export async function listInternalRanges(db: Database): Promise<string[]> {
	const hosts = await dbCall(() => db.prisma.host.findMany({ select: { internalRanges: true } }));
	return [...new Set(hosts.flatMap(({ internalRanges }) => internalRanges))];
}

/** Of all workspaces. */
export async function listServiceAddresses(db: Queryable): Promise<string[]> {
	const { rows } = await db.query<{ address: string }>(
		"SELECT DISTINCT address FROM internal_services ORDER BY address",
	);
	return rows.map(({ address }) => address);
}
