/**
 * What a newcomer waits for: a clean clone in a new folder, `npm start` with an empty data folder and an empty image cache, Ctrl-C, and
 * the second start. An engine that runs on this machine already is used as it is. Everything that it makes is removed again.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import type { FigureTable } from "./figures.ts";

const root = path.resolve(import.meta.dirname, "..");
const startTimeoutMs = 25 * 60_000;

type Stage = { title: string; seconds: number };
type Started = { child: ChildProcess; seconds: number; stages: Stage[] };

export async function benchStart(table: FigureTable): Promise<void> {
	// The product's unprivileged users must be able to enter it.
	const folder = mkdtempSync("/var/tmp/devbox-bench-");
	chmodSync(folder, 0o755);
	const clone = path.join(folder, "clone");
	const env = {
		...process.env,
		DEVBOX_DATA: path.join(folder, "data"),
		DEVBOX_IMAGE_CACHE: path.join(folder, "images"),
	};
	const run = (command: string, args: string[]) => execFileSync(command, args, { cwd: clone, env, stdio: "ignore" });
	try {
		execFileSync("git", ["clone", "--quiet", root, clone]);
		const listen = `127.0.0.1:${await freePort()}`;
		const first = await start({ clone, env, listen });
		for (const { title, seconds } of first.stages)
			table.add({ name: `first start: ${title}`, value: seconds, unit: "s" });
		table.add({ name: "first start, all of it", value: first.seconds, unit: "s", goal: "<= 360 s" });
		await stop(first.child);
		const second = await start({ clone, env, listen });
		table.add({ name: "second start", value: second.seconds, unit: "s", goal: "<= 15 s" });
		await stop(second.child);
		run("npm", ["run", "uninstall", "--", "--yes", "--force"]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Resolves when it says that it is ready. Stages are lines as `[ 2/13] PostgreSQL … 18.4, 1.2 s`. */
function start(o: { clone: string; env: NodeJS.ProcessEnv; listen: string }): Promise<Started> {
	const from = performance.now();
	const child = spawn("npm", ["start", "--", "--listen", o.listen], { cwd: o.clone, env: o.env, detached: true });
	const { promise, resolve, reject } = Promise.withResolvers<Started>();
	const timer = setTimeout(() => fail(new Error("npm start was not ready in time")), startTimeoutMs);
	const stages: Stage[] = [];
	let text = "";
	const fail = (error: Error) => {
		void stop(child).finally(() => reject(error));
	};
	const take = (chunk: Buffer) => {
		text += chunk.toString();
		const lines = text.split("\n");
		text = lines.pop() ?? "";
		for (const line of lines) {
			const stage = /^\[ ?\d+\/\d+\] (.+?) … (?:.*, )?([\d.]+) s$/.exec(line);
			if (stage?.[1]) stages.push({ title: stage[1], seconds: Number(stage[2]) });
			if (!line.startsWith("Ready in ")) continue;
			clearTimeout(timer);
			resolve({ child, seconds: (performance.now() - from) / 1000, stages });
		}
	};
	child.stdout?.on("data", take);
	child.stderr?.on("data", take);
	child.once("error", reject);
	child.once("exit", (code) => {
		clearTimeout(timer);
		reject(new Error(`npm start ended with ${code}: ${text}`));
	});
	return promise;
}

/** As Ctrl-C does: the whole foreground group gets it. */
async function stop(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.pid === undefined) return;
	const ended = new Promise((resolve) => child.once("exit", resolve));
	process.kill(-child.pid, "SIGINT");
	await ended;
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() =>
				typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
			);
		});
	});
}
