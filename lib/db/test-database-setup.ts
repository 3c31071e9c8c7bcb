/** Global set-up of vitest: one PostgreSQL for the whole run. Test files take databases of their own from it. */
import type { TestProject } from "vitest/node";
import { startTestPostgres } from "./test-postgres.ts";

declare module "vitest" {
	interface ProvidedContext {
		testPostgresUrl: string;
	}
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
	const server = await startTestPostgres();
	project.provide("testPostgresUrl", server.adminUrl);
	return () => server.stop();
}
