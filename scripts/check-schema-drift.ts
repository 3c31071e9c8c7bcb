/** Whether prisma/migrations, applied to an empty database, make what prisma/schema.prisma says. Needs a PostgreSQL of its own. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { startTestPostgres } from "../lib/db/test-postgres.ts";

const root = path.resolve(import.meta.dirname, "..");
const differsCode = 2;
/** The engine's stand-in was seen to fail without a word, about once in ten runs beside other gates: only an answer ends the asking. */
const attemptsMax = 4;

export async function checkSchemaDrift(): Promise<string[]> {
	const server = await startTestPostgres();
	try {
		const prisma = path.join(root, "node_modules/prisma/build/index.js");
		const args = [
			"migrate",
			"diff",
			"--from-migrations",
			"prisma/migrations",
			"--to-schema",
			"prisma/schema.prisma",
			"--exit-code",
		];
		const ask = () =>
			spawnSync(process.execPath, [prisma, ...args], {
				cwd: root,
				encoding: "utf8",
				timeout: 120_000,
				env: {
					...process.env,
					DATABASE_URL: server.adminUrl,
					CHECKPOINT_DISABLE: "1",
					PRISMA_HIDE_UPDATE_MESSAGE: "1",
				},
			});
		const hasAnswered = (status: number | null) => status === 0 || status === differsCode;
		let diff = ask();
		for (let attempt = 2; attempt <= attemptsMax && !hasAnswered(diff.status); attempt++) diff = ask();
		if (diff.status === 0) return [];
		const what = diff.status === differsCode ? "The migrations and the schema differ:" : "prisma migrate diff failed:";
		return [what, ...`${diff.stdout}\n${diff.stderr}`.trim().split("\n")];
	} finally {
		await server.stop();
	}
}
