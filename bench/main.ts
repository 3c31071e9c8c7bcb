/**
 * `npm run bench [-- <part> …]`: measures the running product (`npm start` in another terminal) beside what a user would otherwise
 * pick, in one run; `start` measures a first and a second start of its own. Prints a table and writes JSON to bench/results/.
 * Machines differ: read the ratios.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { benchList } from "./api-list.ts";
import { benchApi } from "./api-reads.ts";
import { benchClone } from "./clone-speed.ts";
import { benchCreate } from "./create-speed.ts";
import { benchExec } from "./exec-round-trip.ts";
import { FigureTable } from "./figures.ts";
import { benchFiles } from "./file-transfer.ts";
import { benchFilter } from "./filtered-connections.ts";
import { benchStart } from "./first-start.ts";
import { benchFootprint } from "./footprint.ts";
import { Interrupted } from "./interrupted.ts";
import { benchEcho } from "./keystroke-echo.ts";
import { benchPolicy } from "./network-policy.ts";
import { benchPreview } from "./preview-requests.ts";
import { openProduct, type Product } from "./product.ts";
import { benchSecrets } from "./secret-reads.ts";
import { benchSsh } from "./ssh-login.ts";
import { benchTti } from "./time-to-interactive.ts";

/** First what needs no running product, and takes both cores; then memory, before the others leave theirs in it. */
const parts = {
	start: benchStart,
	footprint: benchFootprint,
	create: benchCreate,
	tti: benchTti,
	exec: benchExec,
	echo: benchEcho,
	ssh: benchSsh,
	files: benchFiles,
	clone: benchClone,
	secrets: benchSecrets,
	policy: benchPolicy,
	filter: benchFilter,
	preview: benchPreview,
	api: benchApi,
	list: benchList,
};
type Part = keyof typeof parts;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length || asked.includes("--help")) {
	process.stdout.write(
		`Usage: npm run bench [-- ${Object.keys(parts).join(" ")}]\nMeasures the running product; "start" a first and a second start of its own. Without names: all of it.\n`,
	);
	process.exit(unknown.length && !asked.includes("--help") ? 2 : 0);
}

const table = new FigureTable();
const startedLoad = loadAverage();
let product: Product | null = null;
/** One part's fault leaves the others their figures. */
const faults: string[] = [];
for (const name of (asked.length ? asked : partsOfAll()) as Part[]) {
	try {
		if (name === "start") await parts.start(table);
		else {
			product ??= await openProduct();
			await parts[name](product, table);
		}
	} catch (error) {
		faults.push(name);
		process.stderr.write(`The part "${name}" ended in a fault: ${error instanceof Error ? error.stack : error}\n`);
		if (error instanceof Interrupted) break;
	}
}
await product?.close();

const at = new Date().toISOString();
const machine = {
	cpus: os.cpus().length,
	memoryGib: Math.round(os.totalmem() / 2 ** 30),
	kernel: os.release(),
	node: process.version,
	/** Of one minute, before and after: what else ran is in the figures. */
	load: [startedLoad, loadAverage()],
};
const folder = path.join(import.meta.dirname, "results");
mkdirSync(folder, { recursive: true });
const file = path.join(folder, `${at.replaceAll(":", "-")}.json`);
writeFileSync(file, `${JSON.stringify({ at, machine, faults, figures: table.figures }, null, "\t")}\n`);
process.stdout.write(
	`\n${at}, ${machine.cpus} cores, ${machine.memoryGib} GiB, kernel ${machine.kernel}, Node ${machine.node}, load ${machine.load.join(" to ")}\n\n${table.toMarkdown()}\n\nWritten to ${path.relative(process.cwd(), file)}\n`,
);
if (faults.length) {
	process.stderr.write(`Not measured to the end: ${faults.join(", ")}\n`);
	process.exitCode = 1;
}

/** What these parts need is set for the product and for us: without it they are left out. */
const needs: Partial<Record<Part, string>> = { clone: "DEVBOX_E2E_GITHUB_PORT", filter: "DEVBOX_EGRESS_RESOLVERS" };

function partsOfAll(): Part[] {
	return (Object.keys(parts) as Part[]).filter((name) => {
		const needed = needs[name];
		if (!needed || process.env[needed]) return true;
		process.stderr.write(`The part "${name}" is left out: it needs ${needed}, and bench/README.md says more.\n`);
		return false;
	});
}

function loadAverage(): number {
	return Math.round((os.loadavg()[0] ?? 0) * 100) / 100;
}
