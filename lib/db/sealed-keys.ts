import type pg from "pg";
import type { SealedFor } from "../domain/sealer.ts";
import { type Database, dbCall } from "./database.ts";

type SealedColumn = {
	table: string;
	column: string;
	/** Of the row, one text column. */
	key: string;
	purpose: SealedFor["purpose"];
	/** SQL over the row `s`: what its value is sealed for. */
	workspaceId: string;
	id: string;
	version: string;
};

const ofDevbox = "(SELECT d.workspace_id FROM devboxes d WHERE d.id = s.devbox_id)";

/** Every column that holds sealed values (see lib/vault/envelope-sealer.ts: after one byte come the eight of the key's id). */
export const sealedColumns = [
	{
		table: "devbox_inputs",
		column: "env",
		key: "devbox_id",
		purpose: "devbox-env",
		workspaceId: ofDevbox,
		id: "s.devbox_id",
		version: "1",
	},
	{
		table: "devbox_inputs",
		column: "ai_tokens",
		key: "devbox_id",
		purpose: "devbox-ai-tokens",
		workspaceId: ofDevbox,
		id: "s.devbox_id",
		version: "1",
	},
	{
		table: "github_connections",
		column: "tokens",
		key: "id",
		purpose: "github-tokens",
		workspaceId: "s.workspace_id",
		id: "s.id",
		version: "s.version",
	},
	{
		table: "github_revocations",
		column: "tokens",
		key: "id",
		purpose: "github-tokens",
		workspaceId: "s.workspace_id",
		id: "s.id",
		version: "s.version",
	},
	{
		table: "secret_versions",
		column: "sealed",
		key: "id",
		purpose: "secret",
		workspaceId: "(SELECT x.workspace_id FROM secrets x WHERE x.id = s.secret_id)",
		id: "s.secret_id",
		version: "s.version",
	},
	{
		table: "identity_keys",
		column: "private_key",
		key: "id",
		purpose: "identity-key",
		workspaceId: "''",
		id: "s.id",
		version: "1",
	},
] as const satisfies readonly SealedColumn[];

const keyIdOf = (column: string) => `encode(substring(s.${column} FROM 2 FOR 8), 'hex')`;

const sql = sealedColumns
	.map(({ table, column }) => `SELECT ${keyIdOf(column)} AS id FROM ${table} s WHERE s.${column} IS NOT NULL`)
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

export type SealedRow = { key: string; sealed: Buffer; sealedFor: SealedFor };

/** In a transaction: the next rows of a column, in the order of their keys, that another key than `keyId` wraps; locked until its end. */
export async function lockSealedRows(
	client: Pick<pg.ClientBase, "query">,
	o: { at: SealedColumn; keyId: string; after: string; limit: number },
): Promise<SealedRow[]> {
	const { table, column, key, purpose, workspaceId, id, version } = o.at;
	const { rows } = await client.query<{
		key: string;
		sealed: Buffer;
		workspaceId: string;
		id: string;
		version: number;
	}>(
		`SELECT s.${key} AS key, s.${column} AS sealed, ${workspaceId} AS "workspaceId", ${id} AS id, ${version} AS version
		FROM ${table} s WHERE s.${column} IS NOT NULL AND s.${key} > $2 AND ${keyIdOf(column)} <> $1
		ORDER BY s.${key} LIMIT $3 FOR UPDATE OF s`,
		[o.keyId, o.after, o.limit],
	);
	return rows.map((row) => ({
		key: row.key,
		sealed: row.sealed,
		sealedFor: { workspaceId: row.workspaceId, purpose, id: row.id, version: row.version },
	}));
}

/** In the same transaction. */
export async function writeSealedRow(
	client: Pick<pg.ClientBase, "query">,
	o: { at: SealedColumn; key: string; sealed: Uint8Array },
): Promise<void> {
	const { table, column, key } = o.at;
	await client.query(`UPDATE ${table} SET ${column} = $2 WHERE ${key} = $1`, [o.key, o.sealed]);
}
