/**
 * The operator's story, which the browser tests need anyway: a first start from a clean clone, Ctrl-C, a second start that rebuilds
 * nothing, and an uninstall that leaves nothing.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { runCommand } from "../../lib/process/run-command.ts";
import { findEngine } from "../host/find-engine.ts";
import { hostNames } from "../host/host-names.ts";
import { readProjects } from "../host/project.ts";
import { openRootApi } from "../host/root-api.ts";
import { systemUserName, userRoles } from "../install/system-users.ts";
import { type RunningProduct, startProduct, type TestInstall } from "./product-under-test.ts";
import { type Tally, tallyOf } from "./tally.ts";

const firstStartTimeoutMs = 25 * 60_000;
const secondStartTimeoutMs = 120_000;
const secondStartGoalSeconds = 15;
const stopGoalSeconds = 15;

type Story = { install: TestInstall; signal: AbortSignal; say: (line: string) => void };

export async function firstStart(o: Story): Promise<{ product: RunningProduct; installId: string }> {
	const product = await startProduct(o.install, { signal: o.signal, timeoutMs: firstStartTimeoutMs, onLine: o.say });
	const record = JSON.parse(await readFile(path.join(o.install.dataDir, "install.json"), "utf8")) as {
		installId: string;
	};
	return { product, installId: record.installId };
}

export async function stopStory(product: RunningProduct): Promise<Tally> {
	const seconds = await product.stop();
	const name = "Ctrl-C stops the product cleanly within 15 s";
	const isClean = /^Stopped\./m.test(product.output());
	if (!isClean) return tallyOf(name, "it did not say that it has stopped");
	return tallyOf(name, seconds > stopGoalSeconds ? `it took ${seconds.toFixed(1)} s` : null);
}

export async function secondStart(o: Story): Promise<{ product: RunningProduct; tally: Tally }> {
	const started = Date.now();
	const product = await startProduct(o.install, { signal: o.signal, timeoutMs: secondStartTimeoutMs, onLine: o.say });
	const seconds = (Date.now() - started) / 1000;
	const output = product.output();
	const rebuilt = output.split("\n").filter((line) => /\b(built|applied),/.test(line));
	const tallies = [
		tallyOf(
			"the second start is ready within 15 s",
			seconds > secondStartGoalSeconds ? `it took ${seconds.toFixed(1)} s` : null,
		),
		tallyOf("the second start rebuilds nothing", rebuilt.length ? rebuilt.join("; ") : null),
	];
	const tally = tallies.reduce((a, b) => ({
		passed: a.passed + b.passed,
		failed: a.failed + b.failed,
		failures: [...a.failures, ...b.failures],
	}));
	return { product, tally };
}

/** `npm run uninstall`, and what it left on the machine. */
export async function uninstallStory(o: Story & { installId: string }): Promise<Tally> {
	const name = "uninstall removes all that the install made";
	try {
		await runCommand({
			command: ["npm", "run", "uninstall", "--", "--yes", "--force"],
			cwd: o.install.cloneDir,
			env: { DEVBOX_DATA: o.install.dataDir },
			timeoutMs: 15 * 60_000,
			onLine: o.say,
		});
		const left = await leftovers(o);
		return tallyOf(name, left.length ? `left behind: ${left.join(", ")}` : null);
	} catch (error) {
		return tallyOf(name, (error as Error).message);
	}
}

async function leftovers(o: { install: TestInstall; installId: string }): Promise<string[]> {
	const names = hostNames(o.installId);
	const left = existsSync(o.install.dataDir) ? [o.install.dataDir] : [];
	for (const role of userRoles) {
		const user = systemUserName(o.installId, role);
		const { code } = await runCommand({ command: ["getent", "passwd", user], allowedCodes: [2] });
		if (code === 0) left.push(user);
	}
	const link = await runCommand({ command: ["ip", "link", "show", names.bridge], allowedCodes: [1] });
	if (link.code === 0) left.push(names.bridge);
	const tables = await runCommand({ command: ["nft", "list", "tables"] });
	if (tables.stdout.includes(names.firewallTable)) left.push(`nft table ${names.firewallTable}`);
	const engine = await findEngine();
	if (!engine || engine.problem) return left;
	const root = openRootApi(engine.socketPath);
	try {
		const projects = await readProjects({ signal: AbortSignal.timeout(10_000), root });
		return [
			...left,
			...projects.filter((project) => project.name === names.project).map((project) => `project ${project.name}`),
		];
	} finally {
		root.close();
	}
}
