/**
 * `npm test`: everything, on a bare machine. The product under test runs from a clean copy of this tree with an install id, data
 * directory, ports and engine project of its own; what runs here already is not touched, and nothing of it stays.
 */
import { parseArgs } from "node:util";
import { AppError } from "../lib/domain/errors.ts";
import { runCommandLine } from "./command-line.ts";
import { runTests, type TestStage, testStages } from "./test/run-tests.ts";

await runCommandLine(async (args) => {
	const { values } = parseArgs({ args, options: { only: { type: "string" } } });
	const wanted = new Set<TestStage>((values.only ? values.only.split(",") : testStages).map(parseStage));
	const stop = new AbortController();
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
	const { tally, times } = await runTests({ wanted, signal: stop.signal });
	console.log(`\n${times.map(({ title, ms }) => `${(ms / 1000).toFixed(0).padStart(5)} s  ${title}`).join("\n")}`);
	if (tally.failures.length) console.log(`\nFailed:\n${tally.failures.map((failure) => `  ${failure}`).join("\n")}`);
	console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
	return tally.failed > 0 || tally.passed === 0 ? 1 : 0;
});

function parseStage(text: string): TestStage {
	const stage = testStages.find((known) => known === text);
	if (stage) return stage;
	throw new AppError({
		code: "invalid",
		message: `--only knows ${testStages.join(", ")}, not ${JSON.stringify(text)}.`,
	});
}
