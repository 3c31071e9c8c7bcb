import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { isDatabaseAway } from "./database.ts";

const pauseMinMs = 100;
const pauseMaxMs = 1_000;

/**
 * Runs one statement, again and again while PostgreSQL is away (a restart takes a second or two), for at most `patienceMs`. Only
 * for statements that may run twice: when the connection breaks, nobody knows whether it was committed.
 */
export async function queryPatiently<R extends pg.QueryResultRow>(
	pool: Pick<pg.Pool, "query">,
	o: { text: string; values: unknown[]; patienceMs: number; signal?: AbortSignal },
): Promise<pg.QueryResult<R>> {
	const deadline = performance.now() + o.patienceMs;
	for (let pauseMs = pauseMinMs; ; pauseMs = Math.min(pauseMaxMs, pauseMs * 2)) {
		try {
			return await pool.query<R>(o.text, o.values);
		} catch (error) {
			if (!isDatabaseAway(error) || performance.now() + pauseMs > deadline) throw error;
			await delay(pauseMs, undefined, { signal: o.signal });
		}
	}
}
