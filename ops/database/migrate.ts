/**
 * Applies prisma/migrations over `pg`, in the table and with the lock that `prisma migrate` uses, so that both agree on what was
 * applied. Any number of starts at once: one applies, the others wait and find nothing to do.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { AppError } from "../../lib/domain/errors.ts";

/** The advisory lock that `prisma migrate` takes. */
const lockId = 72_707_369;
const lockTimeoutMs = 120_000;

const tableSql = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
	"id" varchar(36) PRIMARY KEY, "checksum" varchar(64) NOT NULL, "finished_at" timestamptz, "migration_name" varchar(255) NOT NULL,
	"logs" text, "rolled_back_at" timestamptz, "started_at" timestamptz NOT NULL DEFAULT now(), "applied_steps_count" integer NOT NULL DEFAULT 0)`;

const insertSql = `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
	VALUES ($1, $2, $3, now(), now(), 1)`;

type Applied = { migration_name: string; checksum: string; finished_at: Date | null };
type Migration = { name: string; sql: string; checksum: string };

/**
 * Answers the names that it applied, each in a transaction of its own.
 * @throws AppError `conflict` for a migration that was edited after it was applied, failed half-way under another tool, or is
 * unknown to this version; `unavailable` when one fails or the lock is not had in 2 minutes.
 */
export async function migrate(databaseUrl: string, migrationsDir: string): Promise<string[]> {
	const client = new pg.Client({
		connectionString: databaseUrl,
		application_name: "devbox-migrate",
		connectionTimeoutMillis: 10_000,
	});
	await client.connect();
	try {
		await client.query(`SET lock_timeout = ${lockTimeoutMs}`);
		await client.query("SELECT pg_advisory_lock($1)", [lockId]).catch((error: unknown) => {
			const message =
				"Another start has been migrating this database for 2 minutes. Wait for it, or stop it, and start again.";
			throw new AppError({ code: "unavailable", message, cause: error });
		});
		await client.query(tableSql);
		const pending = pendingMigrations(await readMigrations(migrationsDir), await readApplied(client));
		for (const migration of pending) await apply(client, migration);
		return pending.map((migration) => migration.name);
	} finally {
		// Ending the session gives the lock back.
		await client.end();
	}
}

/** What is left to apply, in order. */
export function pendingMigrations(known: readonly Migration[], applied: readonly Applied[]): Migration[] {
	const byName = new Map(applied.map((row) => [row.migration_name, row]));
	for (const row of applied) {
		if (row.finished_at === null)
			throw refusal(
				`Migration ${row.migration_name} failed earlier and was left half-done. Resolve it with prisma migrate resolve.`,
			);
		if (!known.some((migration) => migration.name === row.migration_name)) {
			throw refusal(
				`The database has the migration ${row.migration_name}, which this version does not know. Run the newer version, or restore a backup.`,
			);
		}
	}
	return known.filter((migration) => {
		const row = byName.get(migration.name);
		if (row && row.checksum !== migration.checksum) {
			throw refusal(
				`Migration ${migration.name} was edited after it was applied. Restore its file, and put the change into a migration of its own.`,
			);
		}
		return !row;
	});
}

export async function readMigrations(migrationsDir: string): Promise<Migration[]> {
	const names = (await readdir(migrationsDir)).filter((name) =>
		existsSync(path.join(migrationsDir, name, "migration.sql")),
	);
	return Promise.all(
		names.sort().map(async (name) => {
			const sql = await readFile(path.join(migrationsDir, name, "migration.sql"), "utf8");
			return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
		}),
	);
}

async function readApplied(client: pg.Client): Promise<Applied[]> {
	const sql = `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`;
	return (await client.query<Applied>(sql)).rows;
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
	await client.query("BEGIN");
	try {
		await client.query(migration.sql);
		await client.query(insertSql, [randomUUID(), migration.checksum, migration.name]);
		await client.query("COMMIT");
	} catch (error) {
		await client.query("ROLLBACK");
		const message = `Migration ${migration.name} failed and was rolled back: ${(error as Error).message}`;
		throw new AppError({ code: "unavailable", message, cause: error });
	}
}

function refusal(message: string): AppError {
	return new AppError({ code: "conflict", message });
}
