/** Rows of the keys that sign ID tokens. One process at a time makes one. */
import type pg from "pg";
import { dbCall } from "./database.ts";

export type IdentityKeyRow = {
	id: string;
	publicJwk: Record<string, unknown>;
	privateKey: Buffer;
	signsFrom: Date;
	createdAt: Date;
};

type Queryable = Pick<pg.Pool | pg.ClientBase, "query">;

const columns = `id, public_jwk AS "publicJwk", private_key AS "privateKey", signs_from AS "signsFrom", created_at AS "createdAt"`;
/** Any number that no other advisory lock of ours has. */
const keyLock = 72_707_403;

export async function listIdentityKeys(db: Queryable): Promise<IdentityKeyRow[]> {
	const text = `SELECT ${columns} FROM identity_keys ORDER BY signs_from`;
	return (await dbCall(() => db.query<IdentityKeyRow>({ name: "identity-keys", text }))).rows;
}

/**
 * Brings the keys to what `decide` says of them: it is asked with all of them while no other process can change them, so that two
 * that find none make one.
 */
export async function changeIdentityKeys(
	client: Queryable,
	decide: (rows: IdentityKeyRow[]) => { add: Omit<IdentityKeyRow, "createdAt"> | null; remove: readonly string[] },
): Promise<void> {
	await client.query("BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = '5s'");
	try {
		await client.query("SELECT pg_advisory_xact_lock($1)", [keyLock]);
		const { rows } = await client.query<IdentityKeyRow>(`SELECT ${columns} FROM identity_keys ORDER BY signs_from`);
		const { add, remove } = decide(rows);
		if (remove.length > 0) await client.query("DELETE FROM identity_keys WHERE id = ANY($1::text[])", [remove]);
		if (add)
			await client.query(
				"INSERT INTO identity_keys (id, public_jwk, private_key, signs_from) VALUES ($1, $2, $3, $4)",
				[add.id, JSON.stringify(add.publicJwk), add.privateKey, add.signsFrom],
			);
		await client.query("COMMIT");
	} catch (error) {
		await client.query("ROLLBACK");
		throw error;
	}
}

/** With a connection of its own, which a failure ends. */
export async function changePooledIdentityKeys(
	pool: pg.Pool,
	decide: Parameters<typeof changeIdentityKeys>[1],
): Promise<void> {
	await dbCall(async () => {
		const client = await pool.connect();
		let isBroken = true;
		const onError = () => undefined;
		client.on("error", onError);
		try {
			await changeIdentityKeys(client, decide);
			isBroken = false;
		} finally {
			client.off("error", onError);
			client.release(isBroken);
		}
	});
}
