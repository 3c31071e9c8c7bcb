/** The stages of `npm test`, in order: what is quick first, and whatever happens, everything is taken away at the end. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { removeTestMachine } from "../../lib/engines/incus/test-machine.ts";
import { findEngine } from "../host/find-engine.ts";
import { hostNames } from "../host/host-names.ts";
import { freeLoopbackPort } from "../install/free-port.ts";
import { cloneDir } from "../install/install.ts";
import { installTestPackages } from "./apt-packages.ts";
import { makeCleanCopy } from "./clean-copy.ts";
import type { RunningProduct, TestInstall } from "./product-under-test.ts";
import { runProgram } from "./run-program.ts";
import { firstStart, secondStart, stopStory, uninstallStory } from "./start-story.ts";
import { addTallies, readGates, readPlaywright, readVitest, type Tally, tallyOf } from "./tally.ts";

export const testStages = ["check", "unit", "int", "e2e"] as const;
export type TestStage = (typeof testStages)[number];

const minute = 60_000;
const imageCacheDir = "/var/lib/devbox/image-cache";

type Run = {
	workDir: string;
	install: TestInstall;
	githubPort: number;
	signal: AbortSignal;
	tallies: Tally[];
	times: { title: string; ms: number }[];
	product: RunningProduct | null;
	/** Engine tests made what they share on this machine. */
	usedTestMachine: boolean;
	installId: string | null;
};

export async function runTests(o: {
	wanted: ReadonlySet<TestStage>;
	signal: AbortSignal;
}): Promise<{ tally: Tally; times: Run["times"] }> {
	const run = await prepare(o.signal);
	try {
		await runStages(run, o.wanted);
	} catch (error) {
		const isStopped = o.signal.aborted;
		run.tallies.push(tallyOf("npm test", isStopped ? "it was stopped" : ((error as Error).stack ?? String(error))));
	} finally {
		await cleanUp(run);
	}
	return { tally: addTallies(run.tallies), times: run.times };
}

async function prepare(signal: AbortSignal): Promise<Run> {
	const id = randomBytes(4).toString("hex");
	// Open to our unprivileged users, unlike a folder of `mktemp -d`.
	const workDir = `/var/tmp/devbox-test-${id}`;
	await mkdir(workDir, { recursive: true, mode: 0o755 });
	const [port, githubPort] = [await freeLoopbackPort(null), await freeLoopbackPort(null)];
	return {
		workDir,
		install: {
			cloneDir: path.join(workDir, "clone"),
			dataDir: `/var/lib/devbox/test-${id}`,
			listen: `127.0.0.1:${port}`,
			env: {
				DEVBOX_POOL_GIB_MAX: "40",
				// Of e2e/network-services.spec.ts: nothing stands there.
				DEVBOX_INTERNAL_RANGES: "10.61.80.0/24",
				// The stand-in of e2e/github-stand-in.ts.
				AUTH_GITHUB_ID: "devbox-e2e-client",
				AUTH_GITHUB_SECRET: "devbox-e2e-secret",
				AUTH_GITHUB_BASE_URL: `http://127.0.0.1:${githubPort}`,
				AUTH_GITHUB_ALLOWED_ORGS: "analytical-engines",
			},
		},
		githubPort,
		signal,
		tallies: [],
		times: [],
		product: null,
		usedTestMachine: false,
		installId: null,
	};
}

async function runStages(run: Run, wanted: ReadonlySet<TestStage>): Promise<void> {
	await stage(run, "Packages for the tests", async () => {
		const installed = await installTestPackages({ signal: run.signal, onPhrase: () => undefined });
		console.log(installed.length ? `installed ${installed.join(", ")}` : "all there");
	});
	if (wanted.has("check")) await stage(run, "npm run check", () => check(run));
	if (wanted.has("unit")) await stage(run, "Unit tests", () => vitest(run, "unit", 10 * minute));
	if (!wanted.has("int") && !wanted.has("e2e")) return;
	await stage(run, "First start in a clean clone", () => begin(run));
	await stage(run, "Stop", () => end(run));
	if (wanted.has("int")) {
		run.usedTestMachine = true;
		await stage(run, "Tests on a real engine", () => vitest(run, "int", 45 * minute));
	}
	if (!wanted.has("e2e")) return;
	await stage(run, "Second start", () => beginAgain(run));
	await stage(run, "Browser tests", () => playwright(run));
	await stage(run, "Stop again", () => end(run));
}

async function stage<T>(run: Run, title: string, work: () => Promise<T>): Promise<T> {
	run.signal.throwIfAborted();
	console.log(`\n=== ${title}`);
	const started = performance.now();
	try {
		return await work();
	} finally {
		const ms = performance.now() - started;
		run.times.push({ title, ms });
		console.log(`=== ${title}: ${(ms / 1000).toFixed(1)} s`);
	}
}

async function check(run: Run): Promise<void> {
	const report = path.join(run.workDir, "check");
	const command = [
		process.execPath,
		path.join(cloneDir, "scripts/check.ts"),
		"--without-unit",
		"--report",
		report,
	] as const;
	await runProgram({ command, cwd: cloneDir, signal: run.signal, timeoutMs: 20 * minute });
	run.tallies.push(readGates(path.join(report, "gates.json")));
}

async function vitest(run: Run, project: "unit" | "int", timeoutMs: number): Promise<void> {
	const report = path.join(run.workDir, `${project}.json`);
	const vitestFile = path.join(cloneDir, "node_modules/vitest/vitest.mjs");
	const command = [
		process.execPath,
		vitestFile,
		"run",
		"--project",
		project,
		"--reporter=default",
		"--reporter=json",
		`--outputFile.json=${report}`,
	] as const;
	const rootfs = await builtRootfs();
	const env = { CI: "1", NO_COLOR: "1", FORCE_COLOR: undefined, ...(rootfs ? { DEVBOX_TEST_ROOTFS: rootfs } : {}) };
	const { isLate } = await runProgram({ command, cwd: cloneDir, env, signal: run.signal, timeoutMs });
	if (isLate) run.tallies.push(tallyOf(`vitest ${project}`, `was not done after ${timeoutMs / minute} minutes`));
	run.tallies.push(readVitest(`vitest ${project}`, report));
}

/** The image that the product was just started with: engine tests boot the same. */
async function builtRootfs(): Promise<string | null> {
	if (!existsSync(imageCacheDir)) return null;
	const files = (await readdir(imageCacheDir))
		.filter((name) => name.endsWith(".tar.zst"))
		.map((name) => path.join(imageCacheDir, name));
	const used = await Promise.all(files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs })));
	// A start touches the one that it uses.
	return used.sort((a, b) => b.at - a.at)[0]?.file ?? null;
}

async function begin(run: Run): Promise<void> {
	await makeCleanCopy(cloneDir, run.install.cloneDir);
	const { product, installId } = await firstStart({ install: run.install, signal: run.signal, say: console.log });
	run.product = product;
	run.installId = installId;
	run.tallies.push(tallyOf("npm start in a clean clone", null));
}

async function beginAgain(run: Run): Promise<void> {
	const { product, tally } = await secondStart({ install: run.install, signal: run.signal, say: console.log });
	run.product = product;
	run.tallies.push(tally);
}

async function end(run: Run): Promise<void> {
	if (run.product) run.tallies.push(await stopStory(run.product));
	run.product = null;
}

async function playwright(run: Run): Promise<void> {
	const report = path.join(run.workDir, "e2e.json");
	const engine = await findEngine({ signal: run.signal });
	const command = [
		process.execPath,
		path.join(cloneDir, "node_modules/@playwright/test/cli.js"),
		"test",
		"--config",
		path.join(cloneDir, "e2e/playwright.config.ts"),
	] as const;
	const env = {
		CI: "1",
		DEVBOX_DATA: run.install.dataDir,
		DEVBOX_E2E_URL: `http://${run.install.listen}`,
		DEVBOX_E2E_PROJECT: hostNames(run.installId ?? "").project,
		DEVBOX_E2E_ENGINE_CLIENT: engine?.server === "incus" ? "incus" : "lxc",
		DEVBOX_E2E_GITHUB_PORT: String(run.githubPort),
		DEVBOX_E2E_REPORT: report,
	};
	const { isLate } = await runProgram({ command, cwd: cloneDir, env, signal: run.signal, timeoutMs: 45 * minute });
	if (isLate) run.tallies.push(tallyOf("browser tests", "were not done after 45 minutes"));
	run.tallies.push(readPlaywright(report));
}

/** Runs to its end whatever was stopped: what it removes is named by this run alone, or by its tests. */
async function cleanUp(run: Run): Promise<void> {
	const started = performance.now();
	console.log("\n=== Cleaning up");
	if (run.product) await run.product.stop();
	if (
		existsSync(path.join(run.install.dataDir, "install.json")) &&
		existsSync(path.join(run.install.cloneDir, "node_modules"))
	) {
		const installId = run.installId ?? (await firstIdOf(run));
		const never = new AbortController().signal;
		run.tallies.push(await uninstallStory({ install: run.install, installId, signal: never, say: console.log }));
	}
	const engine = await findEngine();
	if (run.usedTestMachine && engine && !engine.problem) await removeTestMachine();
	await rm(run.workDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
	run.times.push({ title: "Cleaning up", ms: performance.now() - started });
}

async function firstIdOf(run: Run): Promise<string> {
	return (JSON.parse(await readFile(path.join(run.install.dataDir, "install.json"), "utf8")) as { installId: string })
		.installId;
}
