/** What `npm run check` checks, as a table: each gate is a name and a program, or a look of our own at the tree. */
import path from "node:path";
import { checkImports } from "./check-imports.ts";
import { checkReadmes } from "./check-readmes.ts";
import { checkReveals } from "./check-reveals.ts";
import { checkSchemaDrift } from "./check-schema-drift.ts";

export type Gate = {
	name: string;
	/** Run by the Node of this process, from the root of the repository; else a function that answers what is wrong. */
	check: readonly string[] | (() => Promise<string[]>);
	timeoutMs: number;
};

export const root = path.resolve(import.meta.dirname, "..");
const modules = (file: string) => path.join(root, "node_modules", file);
const minute = 60_000;

export const gates: readonly Gate[] = [
	{
		name: "format and lint (biome)",
		check: [modules("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "--max-diagnostics=40", "."],
		timeoutMs: 2 * minute,
	},
	{ name: "types", check: [modules("typescript/bin/tsc"), "--noEmit", "-p", "tsconfig.json"], timeoutMs: 5 * minute },
	// Writes what the pages' types build on, which a fresh clone does not have.
	{ name: "types of routes (next typegen)", check: [modules("next/dist/bin/next"), "typegen"], timeoutMs: 5 * minute },
	{
		name: "types of app and components",
		check: [modules("typescript/bin/tsc"), "--noEmit", "--incremental", "false", "-p", "tsconfig.web.json"],
		timeoutMs: 5 * minute,
	},
	{ name: "import rules (dependency-cruiser)", check: checkImports, timeoutMs: 3 * minute },
	{ name: "dead code (knip)", check: [modules("knip/bin/knip.js"), "--no-progress"], timeoutMs: 3 * minute },
	{ name: "schema and migrations agree", check: checkSchemaDrift, timeoutMs: 3 * minute },
	{
		name: "contract and docs/openapi.json agree",
		check: [path.join(root, "scripts/openapi.ts"), "--check"],
		timeoutMs: minute,
	},
	{
		name: "contract and the SDK's types agree",
		check: [path.join(root, "scripts/sdk-types.ts"), "--check"],
		timeoutMs: minute,
	},
	{ name: "secrets are revealed where they are used alone", check: checkReveals, timeoutMs: minute },
	{ name: "a README in each top folder", check: checkReadmes, timeoutMs: minute },
];

/** The unit tests come last, and are counted one by one where a report is asked for. */
export function unitTests(reportFile: string | null): Gate {
	const report = reportFile ? ["--reporter=json", `--outputFile.json=${reportFile}`] : [];
	return {
		name: "unit tests (vitest)",
		check: [modules("vitest/vitest.mjs"), "run", "--project", "unit", "--reporter=dot", ...report],
		timeoutMs: 10 * minute,
	};
}
