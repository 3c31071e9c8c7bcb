/** Which gateway processes live: each says so every few seconds. What a dead one held alone is lost. */
import { type Database, dbCall } from "./database.ts";
import type { Queryable } from "./run-journal.ts";

/** A gateway that has not been heard of for so long is dead, seconds. Its row says so when the database was up all that time. */
export const gatewaySilentSeconds = 45;

/** Also forgets who had this address before: two cannot listen there, so that one is dead, and with it what it held. */
export async function registerGateway(db: Database, o: { id: string; address: string }): Promise<void> {
	await dbCall(() => db.pool.query("INSERT INTO gateways (id, address) VALUES ($1, $2)", [o.id, o.address]));
	await dbCall(() => db.pool.query("DELETE FROM gateways WHERE address = $2 AND id <> $1", [o.id, o.address]));
	await loseExecsOfGoneGateways(db.pool);
}

export async function touchGateway(db: Database, o: { id: string; address: string }): Promise<void> {
	await dbCall(() =>
		db.pool.query("INSERT INTO gateways (id, address) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET seen_at = now()", [
			o.id,
			o.address,
		]),
	);
}

/** What it told as its address; null for one that is not there. */
export async function findGatewayAddress(db: Database, id: string): Promise<string | null> {
	const query = { name: "gateway-address", text: "SELECT address FROM gateways WHERE id = $1", values: [id] };
	return (await dbCall(() => db.pool.query<{ address: string }>(query))).rows[0]?.address ?? null;
}

export async function forgetGateway(db: Database, id: string): Promise<void> {
	await dbCall(() => db.pool.query("DELETE FROM gateways WHERE id = $1", [id]));
}

/** Forgets gateways that are silent. None for a while after PostgreSQL itself was away: nobody could be heard then. */
export async function dropSilentGateways(db: Queryable): Promise<void> {
	await db.query(
		`DELETE FROM gateways WHERE seen_at < now() - $1 * interval '1 second'
			AND pg_postmaster_start_time() < now() - $1 * interval '1 second'`,
		[gatewaySilentSeconds],
	);
}

/** Attached execs of gateways that are no more: nobody will ever know how they ended. Answers how many. */
export async function loseExecsOfGoneGateways(db: Queryable): Promise<number> {
	const { rowCount } = await db.query(
		`UPDATE execs e SET status = 'lost', reason = coalesce(e.reason, $1), finished_at = now()
		WHERE e.status = 'running' AND e.mode = 'attached' AND e.created_at < now() - interval '5 seconds'
			AND NOT EXISTS (SELECT 1 FROM gateways g WHERE g.id = e.gateway_id)`,
		[
			"The server (gateway) that held it has ended, and its processes were ended with it. Detach what must outlive that.",
		],
	);
	return rowCount ?? 0;
}
