import type pg from "pg";
import { type Database, dbCall } from "./database.ts";

/** Every column that holds sealed values (see lib/vault/envelope-sealer.ts: after one byte come the eight of the key's id). */
const sealedColumns = [
	["devbox_inputs", "env"],
	["devbox_inputs", "ai_tokens"],
	["github_connections", "tokens"],
	["secret_versions", "sealed"],
] as const;

const sql = sealedColumns
	.map(
		([table, column]) =>
			`SELECT encode(substring(${column} FROM 2 FOR 8), 'hex') AS id FROM ${table} WHERE ${column} IS NOT NULL`,
	)
	.join(" UNION ");

/** Ids of the key-encryption keys that values in the database were sealed with. */
export async function readSealedKeyIds(db: Pick<pg.Pool | pg.Client, "query">): Promise<string[]> {
	const { rows } = await db.query<{ id: string }>(sql);
	return rows.map((row) => row.id);
}

/** The same for a process that answers requests: AppError `unavailable` while the database is away. */
export function findSealedKeyIds(db: Pick<Database, "pool">): Promise<string[]> {
	return dbCall(() => readSealedKeyIds(db.pool));
}
