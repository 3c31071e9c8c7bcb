/** A connection as the database's owner, for the commands of an operator. */
import pg from "pg";
import { AppError } from "../../lib/domain/errors.ts";
import { externalDatabaseUrl } from "../install/data-folders.ts";
import type { Install } from "../install/install.ts";
import { lockHolder, takeStartLock } from "../install/start-lock.ts";
import { findSystemUsers } from "../install/system-users.ts";
import { codeView } from "../processes/code-view.ts";
import { embeddedOwnerUrl, startEmbeddedPostgres } from "./embedded-postgres.ts";

type Use<T> = (client: pg.Client, databaseUrl: string) => Promise<T>;

/** Calls `use` with a connection, and ends it. */
export async function withClient<T>(databaseUrl: string, use: Use<T>): Promise<T> {
	const client = new pg.Client({
		connectionString: databaseUrl,
		application_name: "devbox-ops",
		connectionTimeoutMillis: 10_000,
	});
	// A server that goes away between two queries is reported by the next one.
	client.on("error", () => undefined);
	try {
		await client.connect();
	} catch (error) {
		const message = `PostgreSQL does not answer: ${(error as Error).message}. Run: npm run doctor`;
		throw new AppError({ code: "unavailable", message, cause: error });
	}
	try {
		return await use(client, databaseUrl);
	} finally {
		await client.end();
	}
}

/** The same for an install that may be stopped: its embedded server is then brought up for the time of the call. */
export async function withOwnerClient<T>(install: Install, use: Use<T>): Promise<T> {
	const externalUrl = await externalDatabaseUrl(install);
	if (externalUrl) return withClient(externalUrl, use);
	if ((await lockHolder(install)) !== null) return withClient(await embeddedOwnerUrl(install), use);
	const lock = await takeStartLock(install);
	try {
		const users = install.isRoot ? await findSystemUsers(install.installId) : null;
		const { url, server } = await startEmbeddedPostgres({
			install,
			user: users?.db ?? null,
			view: await codeView(install, users),
			signal: AbortSignal.timeout(60_000),
			onChange: () => undefined,
			onDeath: () => undefined,
		});
		try {
			return await withClient(url, use);
		} finally {
			await server.stop();
		}
	} finally {
		lock.release();
	}
}
