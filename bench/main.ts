/**
 * `npm run bench [-- <part> …]`: measures the running product (`npm start` in another terminal) beside what a user would otherwise
 * pick, in one run; `start` measures a first and a second start of its own. Prints a table and writes JSON to bench/results/.
 * Machines differ: read the ratios.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { benchList } from "./api-list.ts";
import { benchCreate } from "./create-speed.ts";
import { FigureTable } from "./figures.ts";
import { benchStart } from "./first-start.ts";
import { benchFootprint } from "./footprint.ts";
import { benchEcho } from "./keystroke-echo.ts";
import { openProduct, type Product } from "./product.ts";

/** What has no need of a running product gets none, and comes first: it takes both cores. */
const parts = {
	start: benchStart,
	create: benchCreate,
	echo: benchEcho,
	list: benchList,
	footprint: benchFootprint,
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
let product: Product | null = null;
for (const name of (asked.length ? asked : Object.keys(parts)) as Part[]) {
	if (name === "start") await parts.start(table);
	else {
		product ??= await openProduct();
		await parts[name](product, table);
	}
}

const at = new Date().toISOString();
const machine = {
	cpus: os.cpus().length,
	memoryGib: Math.round(os.totalmem() / 2 ** 30),
	kernel: os.release(),
	node: process.version,
};
const folder = path.join(import.meta.dirname, "results");
mkdirSync(folder, { recursive: true });
const file = path.join(folder, `${at.replaceAll(":", "-")}.json`);
writeFileSync(file, `${JSON.stringify({ at, machine, figures: table.figures }, null, "\t")}\n`);
process.stdout.write(
	`\n${at}, ${machine.cpus} cores, ${machine.memoryGib} GiB, kernel ${machine.kernel}, Node ${machine.node}\n\n${table.toMarkdown()}\n\nWritten to ${path.relative(process.cwd(), file)}\n`,
);
