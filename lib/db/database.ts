/**
 * The one door to PostgreSQL: Prisma for rows, a `pg` pool for the journal's SQL, and LISTEN on a connection of its own that
 * comes back by itself. Whatever fails because the database is away surfaces as AppError `unavailable`.
 */
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { AppError } from "../domain/errors.ts";
import { PrismaClient } from "./generated/client.ts";
import { type Listener, type NotificationHandler, openListener } from "./listener.ts";

export type Database = {
	prisma: PrismaClient;
	pool: pg.Pool;
	/** Hears NOTIFYs. `onReconnect` is called after every gap: what was missed must be read again. */
	listen(channels: readonly string[], onNotify: NotificationHandler, onReconnect?: () => void): Promise<Listener>;
	close(): Promise<void>;
};

export function openDatabase(url: string, o: { applicationName: string; connectionsMax?: number }): Database {
	const connection = {
		connectionString: url,
		application_name: o.applicationName,
		connectionTimeoutMillis: 5_000,
		keepAlive: true,
	};
	const pool = new pg.Pool({ ...connection, max: o.connectionsMax ?? 8, idleTimeoutMillis: 30_000 });
	// An idle connection that dies (a restart of the server) must not end the process; the next query opens another.
	pool.on("error", () => undefined);
	// Prisma's own 2 s until a connection is free is less than a burst of creates takes on a busy machine.
	const transactionOptions = { maxWait: 15_000, timeout: 15_000 };
	const prisma = new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions });
	const listeners = new Set<Listener>();
	return {
		prisma,
		pool,
		async listen(channels, onNotify, onReconnect) {
			const listener = await openListener({ connection, channels, onNotify, onReconnect });
			listeners.add(listener);
			return listener;
		},
		async close() {
			await Promise.all([...listeners].map((listener) => listener.close()));
			await prisma.$disconnect();
			if (!pool.ended) await pool.end();
		},
	};
}

const connectionLost = new Set([
	"ECONNREFUSED",
	"ECONNRESET",
	"EPIPE",
	"ENOENT",
	"ETIMEDOUT",
	"57P01",
	"57P02",
	"57P03",
	"08000",
	"08003",
	"08006",
	"08001",
	"53300",
	"P1001",
	"P1002",
	"P1008",
	"P1017",
	"P2024",
	"P2028",
]);
const connectionLostText =
	/Connection terminated|connection timeout|timeout exceeded when trying to connect|server closed the connection|Client has encountered a connection error|the database system is (starting up|shutting down|not yet accepting)/i;

/** Whether an error says that PostgreSQL is away, as far as the chain of causes tells. */
export function isDatabaseAway(error: unknown): boolean {
	for (let e: unknown = error, depth = 0; e && typeof e === "object" && depth < 6; depth++) {
		const { code, message, cause, meta } = e as {
			code?: unknown;
			message?: unknown;
			cause?: unknown;
			meta?: { driverAdapterError?: unknown };
		};
		if (typeof code === "string" && connectionLost.has(code)) return true;
		if (typeof message === "string" && connectionLostText.test(message)) return true;
		const kind = (e as { kind?: unknown }).kind;
		if (kind === "DatabaseNotReachable" || kind === "ConnectionClosed" || kind === "SocketTimeout") return true;
		e = cause ?? meta?.driverAdapterError;
	}
	return false;
}

/** Runs one use of the database; its being away becomes `unavailable` with Retry-After. */
export async function dbCall<T>(call: () => Promise<T>): Promise<T> {
	try {
		return await call();
	} catch (error) {
		if (!isDatabaseAway(error)) throw error;
		throw new AppError({
			code: "unavailable",
			message: "The database does not answer right now. Nothing was changed; try again in a few seconds.",
			retryAfterSeconds: 2,
			cause: error,
		});
	}
}

/** Prisma's code for a broken unique index. */
export function isUniqueViolation(error: unknown): boolean {
	return typeof error === "object" && error !== null && (error as { code?: unknown }).code === "P2002";
}
