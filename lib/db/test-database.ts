/** A migrated, empty database for one test file. */
import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { copyTemplate, dropDatabase } from "./test-postgres.ts";

export type TestDatabase = { url: string; db: Database; close(): Promise<void> };

/** `adminUrl`: of a server of the test's own (`startTestPostgres`); the run's shared one when left out. */
export async function createTestDatabase(o: { adminUrl?: string } = {}): Promise<TestDatabase> {
	const adminUrl = o.adminUrl ?? inject("testPostgresUrl");
	if (!adminUrl)
		throw new Error("No PostgreSQL for tests: vitest.config.ts needs globalSetup lib/db/test-database-setup.ts");
	const name = `test_${randomBytes(6).toString("hex")}`;
	const url = await copyTemplate(adminUrl, name);
	const db = openDatabase(url, { applicationName: "devbox-test" });
	return {
		url,
		db,
		async close() {
			await db.close();
			await dropDatabase(adminUrl, name);
		},
	};
}
