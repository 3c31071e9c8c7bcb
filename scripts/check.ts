/**
 * `npm run check`: every gate that needs no engine, one after the other (they fill two cores by themselves), and a sum at the end.
 *
 *   node scripts/check.ts [--report folder] [--without-unit]
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Gate, gates, root, unitTests } from "./gates.ts";

type Outcome = { name: string; isPassed: boolean; seconds: number };

const outputLinesMax = 120;

const { values } = parseArgs({
	options: { report: { type: "string" }, "without-unit": { type: "boolean", default: false } },
});
if (values.report) mkdirSync(values.report, { recursive: true });
const unitReport = values.report ? path.join(values.report, "unit.json") : null;
const wanted = values["without-unit"] ? gates : [...gates, unitTests(unitReport)];

const outcomes: Outcome[] = [];
for (const gate of wanted) outcomes.push(await runGate(gate));

const failed = outcomes.filter((outcome) => !outcome.isPassed);
if (values.report) writeFileSync(path.join(values.report, "gates.json"), JSON.stringify(outcomes, null, "\t"));
const sum = failed.length ? `Failed: ${failed.map((outcome) => outcome.name).join(", ")}` : "All gates hold.";
console.log(`\n${sum} (${outcomes.reduce((total, outcome) => total + outcome.seconds, 0).toFixed(0)} s)`);
process.exit(failed.length ? 1 : 0);

async function runGate(gate: Gate): Promise<Outcome> {
	process.stdout.write(`${gate.name} … `);
	const started = performance.now();
	const findings = typeof gate.check === "function" ? await ask(gate, gate.check) : await runProgram(gate, gate.check);
	const seconds = (performance.now() - started) / 1000;
	console.log(`${findings.length ? "FAILED" : "ok"} ${seconds.toFixed(1)} s`);
	for (const line of findings.slice(-outputLinesMax)) console.log(`    ${line}`);
	return { name: gate.name, isPassed: findings.length === 0, seconds };
}

/** A look that fails to look has found something. */
async function ask(gate: Gate, check: () => Promise<string[]>): Promise<string[]> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<string[]>((resolve) => {
		timer = setTimeout(() => resolve([`took longer than ${gate.timeoutMs / 1000} s`]), gate.timeoutMs);
	});
	try {
		return await Promise.race([check(), late]);
	} catch (error) {
		return [(error as Error).stack ?? String(error)];
	} finally {
		clearTimeout(timer);
	}
}

/** No findings for exit code 0; else what the program said. */
function runProgram(gate: Gate, [program = "", ...args]: readonly string[]): Promise<string[]> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [program, ...args], {
			cwd: root,
			env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", CI: "1", NO_COLOR: "1", FORCE_COLOR: undefined },
			stdio: ["ignore", "pipe", "pipe"],
			timeout: gate.timeoutMs,
		});
		let said = "";
		const collect = (chunk: Buffer) => {
			said = (said + chunk.toString()).slice(-200_000);
		};
		child.stdout.on("data", collect);
		child.stderr.on("data", collect);
		child.on("error", (error) => resolve([error.message]));
		child.on("close", (code, signal) => {
			if (code === 0) return resolve([]);
			const why = signal ? [`ended by ${signal} (at most ${gate.timeoutMs / 1000} s)`] : [];
			resolve([...said.trimEnd().split("\n"), ...why]);
		});
	});
}
