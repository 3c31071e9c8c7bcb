/** Counts what ran, from the reports that the runners wrote. A run without a report is one failure: it did not get to its tests. */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

export type Tally = { passed: number; failed: number; failures: string[] };

export const emptyTally: Tally = { passed: 0, failed: 0, failures: [] };

export function addTallies(tallies: readonly Tally[]): Tally {
	return tallies.reduce(
		(sum, tally) => ({
			passed: sum.passed + tally.passed,
			failed: sum.failed + tally.failed,
			failures: [...sum.failures, ...tally.failures],
		}),
		emptyTally,
	);
}

/** One check of our own. */
export function tallyOf(name: string, problem: string | null): Tally {
	return problem === null
		? { passed: 1, failed: 0, failures: [] }
		: { passed: 0, failed: 1, failures: [`${name}: ${problem}`] };
}

const gatesSchema = z.array(z.object({ name: z.string(), isPassed: z.boolean() }));

export function readGates(file: string): Tally {
	return read("npm run check", file, (report) => {
		// Unit tests are counted one by one, from their own report.
		const gates = gatesSchema.parse(report).filter((gate) => !gate.name.startsWith("unit tests"));
		return addTallies(gates.map((gate) => tallyOf(gate.name, gate.isPassed ? null : "does not hold")));
	});
}

const vitestSchema = z.object({
	numPassedTests: z.number(),
	numFailedTests: z.number(),
	numPendingTests: z.number(),
	testResults: z.array(
		z.object({
			name: z.string(),
			status: z.string(),
			assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
		}),
	),
});

/** A file that could not be loaded has no tests and counts as one failure; so does a skipped test, as nobody saw it pass. */
export function readVitest(name: string, file: string): Tally {
	return read(name, file, (raw) => {
		const report = vitestSchema.parse(raw);
		const failures = report.testResults.flatMap((suite) => {
			const failed = suite.assertionResults.filter((test) => test.status !== "passed");
			if (suite.status === "failed" && failed.length === 0) return [`${suite.name}: does not load`];
			return failed.map((test) => `${test.fullName} (${suite.name}): ${test.status}`);
		});
		return { passed: report.numPassedTests, failed: failures.length, failures };
	});
}

type PlaywrightSuite = {
	file?: string | undefined;
	specs?: { title: string; ok: boolean }[] | undefined;
	suites?: PlaywrightSuite[] | undefined;
};
const suiteSchema: z.ZodType<PlaywrightSuite> = z.object({
	file: z.string().optional(),
	specs: z.array(z.object({ title: z.string(), ok: z.boolean() })).optional(),
	suites: z.lazy(() => z.array(suiteSchema)).optional(),
});
const playwrightSchema = z.object({
	suites: z.array(suiteSchema),
	errors: z.array(z.object({ message: z.string().optional() })),
	stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

export function readPlaywright(file: string): Tally {
	return read("browser tests", file, (raw) => {
		const report = playwrightSchema.parse(raw);
		const { expected, unexpected, flaky, skipped } = report.stats;
		const errors = report.errors.map((error) => `browser tests: ${error.message ?? "failed"}`);
		const none =
			expected + unexpected + flaky + skipped === 0 && errors.length === 0 ? ["browser tests: none ran"] : [];
		const failures = [...report.suites.flatMap(failedSpecs), ...errors, ...none];
		return { passed: expected, failed: unexpected + flaky + skipped + errors.length + none.length, failures };
	});
}

function failedSpecs(suite: PlaywrightSuite): string[] {
	const own = (suite.specs ?? []).filter((spec) => !spec.ok).map((spec) => `${spec.title} (${suite.file ?? "e2e"})`);
	return [...own, ...(suite.suites ?? []).flatMap(failedSpecs)];
}

function read(name: string, file: string, count: (report: unknown) => Tally): Tally {
	if (!existsSync(file)) return tallyOf(name, "ended before it wrote its report");
	return count(JSON.parse(readFileSync(file, "utf8")));
}
