import type pg from "pg";

/** What `work` writes with its client is there as a whole, once this answers, or not at all. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
	const client = await pool.connect();
	let isBroken = true;
	// A connection that breaks fails the query under way, and says so here as well: unheard, that would end the process.
	const onError = () => {
		isBroken = true;
	};
	client.on("error", onError);
	try {
		await client.query("BEGIN");
		const result = await work(client);
		await client.query("COMMIT");
		isBroken = false;
		return result;
	} catch (error) {
		isBroken = await client.query("ROLLBACK").then(
			() => false,
			() => true,
		);
		throw error;
	} finally {
		client.off("error", onError);
		client.release(isBroken);
	}
}
