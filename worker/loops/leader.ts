/**
 * Which of the workers runs a loop: the one that holds the loop's advisory lock, on a connection kept for that. The server ends
 * that connection when nothing is heard on it for a while, so that a stopped process (SIGSTOP, a frozen machine) leads no more.
 */
import pg from "pg";
import type { Log } from "../../lib/log/log.ts";

export type Leader = {
	/** Whether this process runs the loop now; tries to become so. False while the database is away. */
	leads(loop: string): Promise<boolean>;
	close(): Promise<void>;
};

const lockClass = 72_707;
const silenceMaxMs = 30_000;
const pingMs = 5_000;
const answerTimeoutMs = 5_000;

export function openLeader(o: { databaseUrl: string; log: Log }): Leader {
	const held = new Set<string>();
	let client: pg.Client | null = null;
	let turn: Promise<unknown> = Promise.resolve();

	async function connect(): Promise<pg.Client> {
		if (client) return client;
		const next = new pg.Client({
			connectionString: o.databaseUrl,
			application_name: "devbox-worker-leader",
			connectionTimeoutMillis: answerTimeoutMs,
			query_timeout: answerTimeoutMs,
		});
		const lost = () => {
			if (client !== next) return;
			client = null;
			held.clear();
		};
		next.on("error", lost);
		next.on("end", lost);
		await next.connect();
		await next.query(`SET idle_session_timeout = ${silenceMaxMs}`);
		client = next;
		return next;
	}

	async function lock(loop: string): Promise<boolean> {
		try {
			const connection = await connect();
			if (held.has(loop)) return true;
			const { rows } = await connection.query<{ isLocked: boolean }>(
				`SELECT pg_try_advisory_lock($1, hashtext($2)) AS "isLocked"`,
				[lockClass, loop],
			);
			if (rows[0]?.isLocked && client === connection) held.add(loop);
			return held.has(loop);
		} catch (error) {
			o.log.warn({ err: error, loop }, "could not ask who leads");
			await drop();
			return false;
		}
	}

	async function drop(): Promise<void> {
		const old = client;
		client = null;
		held.clear();
		await old?.end().catch((error: unknown) => o.log.debug({ err: error }, "the leader's connection was gone already"));
	}

	const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
		const result = turn.then(work, work);
		turn = result.catch(() => undefined);
		return result;
	};
	const ping = setInterval(() => {
		void inTurn(async () => {
			if (client) await client.query("SELECT 1").catch(drop);
		});
	}, pingMs);
	ping.unref();

	return {
		leads: (loop) => inTurn(() => lock(loop)),
		async close() {
			clearInterval(ping);
			await inTurn(drop);
		},
	};
}
