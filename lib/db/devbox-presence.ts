import { type Database, dbCall } from "./database.ts";

export type DevboxPresence = { id: string; name: string; state: string; power: string; desiredState: string };

/**
 * What a process that holds links into a box must know of it, whoever owns it: no actor asks. Null for a box that is not there.
 * Never answer a user's request from this.
 */
export function findDevboxPresence(db: Pick<Database, "prisma">, id: string): Promise<DevboxPresence | null> {
	return dbCall(() =>
		db.prisma.devbox.findUnique({
			where: { id },
			select: { id: true, name: true, state: true, power: true, desiredState: true },
		}),
	);
}
