import { type Database, dbCall } from "./database.ts";

export type DevboxPresence = { id: string; name: string; state: string; power: string; desiredState: string };

/**
 * What a process that holds links into a box must know of it, whoever owns it: no actor asks. Null for a box that is not there.
 * Never answer a user's request from this.
 */
export async function findDevboxPresence(db: Pick<Database, "pool">, id: string): Promise<DevboxPresence | null> {
	// SQL and not the ORM: it is asked at every begin and end of an exec.
	const text = `SELECT id, name, state, power, desired_state AS "desiredState" FROM devboxes WHERE id = $1`;
	const query = { name: "devbox-presence", text, values: [id] };
	return (await dbCall(() => db.pool.query<DevboxPresence>(query))).rows[0] ?? null;
}
