import { afterAll, beforeAll, expect, test } from "vitest";
import { sealedColumns } from "./sealed-keys.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
	database = await createTestDatabase();
});
afterAll(() => database.close());

test("every column of bytes is one of sealed values, and is rewrapped with the others", async () => {
	const { rows } = await database.db.pool.query<{ name: string }>(
		`SELECT table_name || '.' || column_name AS name FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type = 'bytea' ORDER BY 1`,
	);
	expect(rows.map((row) => row.name)).toEqual(sealedColumns.map(({ table, column }) => `${table}.${column}`).sort());
});
