/**
 * A private repository of 200 MB and 20,000 files into a box: by a create that names it, without and with a copy on the server, beside
 * `git clone` in a box that is ready, from the same program with the same files. That server stands on the box's own loopback,
 * so that no network is between them: a user's is slower.
 *
 * The product must be connected to a GitHub on this machine's loopback, where this part then listens: see the README.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { standInGit } from "../e2e/github/stand-in-git.ts";
import { repository } from "../e2e/github/stand-in-state.ts";
import { startGithubStandIn } from "../e2e/github-stand-in.ts";
import type { Box } from "../sdk/src/index.ts";
import { createBenchBox } from "./bench-box.ts";
import { type FigureTable, type Samples, summarise } from "./figures.ts";
import { generateRepository } from "./generated-repository.ts";
import { inTurns } from "./in-turns.ts";
import type { Product } from "./product.ts";

const rounds = 4;
const shape = { files: 20_000, fileBytes: 13_000, commits: 50, filesPerCommit: 20 };
const fullName = "ada/large";
const readyTimeoutMs = 300_000;
const startTimeoutMs = 15_000;

export async function benchClone(product: Product, table: FigureTable): Promise<void> {
	const port = Number(process.env.DEVBOX_E2E_GITHUB_PORT);
	if (!port)
		throw new Error("Set DEVBOX_E2E_GITHUB_PORT to the port of AUTH_GITHUB_BASE_URL that the product runs with.");
	const folder = mkdtempSync(path.join(tmpdir(), "devbox-bench-git-"));
	const standIn = await startGithubStandIn(port, { git: standInGit(folder) });
	try {
		await generateRepository(path.join(folder, `${fullName}.git`), shape);
		standIn.state.repositories.set(fullName, repository(9001, fullName, { isPrivate: true }));
		await connect(product);
		await using plain = await createBenchBox(product, "clone");
		const server = await startServerIn(plain, folder);
		try {
			const cold = async () => {
				removeMirrors(product);
				return cloneOfCreate(product);
			};
			const clones = { plain: () => plainClone(plain, server.url), cold, warm: () => cloneOfCreate(product) };
			addFigures(table, await inTurns(clones, rounds, (clone) => clone()));
		} finally {
			server.stop();
		}
		await product.api.disconnectGithub();
	} finally {
		standIn.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

function addFigures(table: FigureTable, ms: Record<"plain" | "cold" | "warm", number[]>): void {
	const size = `${Math.round((shape.files * shape.fileBytes) / 1_300_000)} MB and ${shape.files} files`;
	const beside = { name: "git clone in the box", value: summarise(ms.plain).p50 };
	for (const [name, goal] of [
		["cold", undefined],
		["warm", "<= 0.7x"],
	] as const) {
		table.add({
			name: `private clone of ${size}, ${name} mirror, p50 of ${rounds}`,
			value: summarise(ms[name]).p50,
			unit: "ms",
			beside,
			goal,
		});
		const spread = summarise(ms[name].map((value, round) => value / (ms.plain[round] ?? Number.NaN)));
		addSpread(table, `the same, ${name} mirror, as a share of the git clone of its round`, spread);
	}
}

function addSpread(table: FigureTable, name: string, { min, p50, max }: Samples): void {
	table.add({ name: `${name}: least`, value: min, unit: "x" });
	table.add({ name: `${name}: middle`, value: p50, unit: "x" });
	table.add({ name: `${name}: most`, value: max, unit: "x" });
}

/** The owner's account becomes the stand-in's, as by a browser that says yes. */
async function connect(product: Product): Promise<void> {
	const { authorize_url: authorizeUrl } = await product.api.connectGithub({
		return_url: `${product.url}/settings/github`,
	});
	const chosen = new URL(authorizeUrl);
	chosen.searchParams.set("as", "ada");
	const back = (await fetch(chosen, { redirect: "manual" })).headers.get("location");
	if (!back) throw new Error("The stand-in for GitHub did not come back to the product.");
	const { pathname, search } = new URL(back);
	const ended = await product.request(`${pathname}${search}`, { redirect: "manual" });
	if (!ended.headers.get("location")?.includes("github=connected"))
		throw new Error(`GitHub was not connected: HTTP ${ended.status} ${ended.headers.get("location") ?? ""}`);
}

/** Milliseconds of the step that clones, as the timeline has it: from asking GitHub to the last file. */
async function cloneOfCreate(product: Product): Promise<number> {
	await using box = await product.compute.box.create({
		name: `bench-clone-${Date.now() % 1_000_000}`,
		repositories: [{ full_name: fullName }],
		timeoutMs: readyTimeoutMs,
	});
	const { data } = await product.api.listOperations({ id: box.id });
	const step = data.find(({ step: name }) => name === "clone_repositories");
	if (!step?.started_at || !step.finished_at) throw new Error("The timeline has no end of the clone.");
	return Date.parse(step.finished_at) - Date.parse(step.started_at);
}

async function plainClone(box: Box, url: string): Promise<number> {
	await box.exec(["rm", "-rf", "/workspaces/plain"]);
	const from = performance.now();
	const { exitCode, stderr } = await box.exec(["git", "clone", "--quiet", `${url}/${fullName}`, "/workspaces/plain"]);
	if (exitCode !== 0) throw new Error(`git clone ended with ${exitCode}: ${stderr}`);
	return performance.now() - from;
}

/** No clone runs now, so that nobody reads them. */
function removeMirrors(product: Product): void {
	const mirrors = path.join(product.dataDir, "mirrors");
	if (!existsSync(mirrors)) return;
	for (const name of readdirSync(mirrors))
		if (name.endsWith(".git")) rmSync(path.join(mirrors, name), { recursive: true });
}

/** On the loopback of the box: a process of this machine in the box's network. */
async function startServerIn(box: Box, folder: string): Promise<{ url: string; stop(): void }> {
	const { stdout } = await box.exec(["readlink", "/proc/self/ns/net"]);
	const pid = processIn(stdout.trim());
	const program = [process.execPath, path.join(import.meta.dirname, "git-server-process.ts")];
	const child = spawn("nsenter", [`--net=/proc/${pid}/ns/net`, ...program], {
		env: { ...process.env, BENCH_GIT: folder },
		stdio: ["pipe", "pipe", "inherit"],
	});
	const [url] = await once(child.stdout, "data", { signal: AbortSignal.timeout(startTimeoutMs) });
	return { url: String(url).trim(), stop: () => child.stdin.end() };
}

/** A process of this machine whose network is that one. */
function processIn(network: string): string {
	const found = readdirSync("/proc").find((pid) => {
		if (!/^\d+$/.test(pid)) return false;
		try {
			return readlinkSync(`/proc/${pid}/ns/net`) === network;
		} catch {
			// It ended in this moment.
			return false;
		}
	});
	if (!found) throw new Error("No process of the box was found on this machine. Run the benchmark as root.");
	return found;
}
