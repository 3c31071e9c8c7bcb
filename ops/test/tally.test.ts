import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readGates, readPlaywright, readVitest } from "./tally.ts";

const folder = mkdtempSync(path.join(tmpdir(), "devbox-tally-"));
afterAll(() => rmSync(folder, { recursive: true }));

function report(content: unknown): string {
	const file = path.join(folder, `${Math.random()}.json`);
	writeFileSync(file, JSON.stringify(content));
	return file;
}

test("a run without a report is a failure", () => {
	expect(readVitest("vitest int", path.join(folder, "none.json"))).toMatchObject({ passed: 0, failed: 1 });
	expect(readPlaywright(path.join(folder, "none.json"))).toMatchObject({ passed: 0, failed: 1 });
});

test("a test file that does not load, and a skipped test, count as failures", () => {
	const file = report({
		numPassedTests: 1,
		numFailedTests: 0,
		numPendingTests: 1,
		testResults: [
			{
				name: "a.test.ts",
				status: "passed",
				assertionResults: [
					{ fullName: "works", status: "passed" },
					{ fullName: "later", status: "pending" },
				],
			},
			{ name: "b.test.ts", status: "failed", assertionResults: [] },
		],
	});
	expect(readVitest("vitest unit", file)).toMatchObject({ passed: 1, failed: 2 });
});

test("browser tests that never ran, ran twice or were skipped do not count as passed", () => {
	const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 1 };
	expect(readPlaywright(report({ suites: [], errors: [], stats }))).toMatchObject({ passed: 3, failed: 3 });
	expect(
		readPlaywright(report({ suites: [], errors: [], stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 } })),
	).toMatchObject({ passed: 0, failed: 1 });
});

test("the unit tests are not counted a second time as a gate", () => {
	expect(
		readGates(
			report([
				{ name: "types", isPassed: true },
				{ name: "unit tests (vitest)", isPassed: false },
			]),
		),
	).toMatchObject({ passed: 1, failed: 0 });
});
