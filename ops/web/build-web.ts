/**
 * Builds the web app when its sources changed, and puts what is served into the data directory: a later build in the clone does
 * not touch what a running product serves, and the web user need not reach the clone for it.
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../lib/domain/errors.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { cloneDir } from "../install/install.ts";
import { lockDescriptor } from "../install/start-lock.ts";
import { webSourceHash } from "./source-hash.ts";

export type WebBuild = { serverFile: string; isFresh: boolean };

const buildTimeoutMs = 15 * 60_000;
const nextDir = path.join(cloneDir, ".next");
const stampFile = path.join(nextDir, "devbox-build");

/** `webDir` is `<data>/web`. @throws AppError `unavailable` with the end of what the build said. */
export async function buildWeb(o: {
	webDir: string;
	signal: AbortSignal;
	onPhrase: (text: string) => void;
}): Promise<WebBuild> {
	const hash = await webSourceHash(cloneDir);
	const served = path.join(o.webDir, hash);
	const serverFile = path.join(served, "server.js");
	if (existsSync(serverFile)) return { serverFile, isFresh: false };
	const release = await takeBuildLock(o);
	try {
		if (!(await isBuilt(hash))) await build(hash, o);
		await publish({ served, webDir: o.webDir });
	} finally {
		release();
	}
	return { serverFile, isFresh: true };
}

/** Two installs may start from one clone at once, and it has one build folder. */
async function takeBuildLock(o: { signal: AbortSignal; onPhrase: (text: string) => void }): Promise<() => void> {
	await mkdir(path.join(cloneDir, ".devbox"), { recursive: true });
	const fd = openSync(path.join(cloneDir, ".devbox/build.lock"), "a", 0o600);
	const until = Date.now() + buildTimeoutMs;
	while (!lockDescriptor(fd)) {
		if (Date.now() > until)
			throw new AppError({
				code: "timeout",
				message: "Another start has been building the web app for 15 minutes. Stop it.",
			});
		o.onPhrase("waiting for the build of another start");
		await delay(500, undefined, { signal: o.signal });
	}
	return () => closeSync(fd);
}

async function isBuilt(hash: string): Promise<boolean> {
	return existsSync(stampFile) && (await readFile(stampFile, "utf8")) === hash;
}

async function build(hash: string, o: { signal: AbortSignal; onPhrase: (text: string) => void }): Promise<void> {
	await rm(stampFile, { force: true });
	await rm(path.join(nextDir, "standalone"), { recursive: true, force: true });
	try {
		await runCommand({
			command: [process.execPath, path.join(cloneDir, "node_modules/next/dist/bin/next"), "build"],
			cwd: cloneDir,
			env: { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
			signal: o.signal,
			timeoutMs: buildTimeoutMs,
			onLine: (line) =>
				o.onPhrase(
					line
						.trim()
						.replace(/^[▲✓○●ƒ\s]+/u, "")
						.slice(0, 60),
				),
		});
	} catch (error) {
		if (o.signal.aborted) throw error;
		throw new AppError({
			code: "unavailable",
			message: `The web app does not build.\n${(error as Error).message}`,
			cause: error,
		});
	}
	await writeFile(stampFile, hash);
}

async function publish(o: { served: string; webDir: string }): Promise<void> {
	const fresh = `${o.served}.new`;
	await rm(fresh, { recursive: true, force: true });
	await cp(path.join(nextDir, "standalone"), fresh, { recursive: true, verbatimSymlinks: true });
	await cp(path.join(nextDir, "static"), path.join(fresh, ".next/static"), { recursive: true });
	const publicDir = path.join(cloneDir, "public");
	if (existsSync(publicDir)) await cp(publicDir, path.join(fresh, "public"), { recursive: true });
	// Whatever umask and modes the clone has, the web user must read it.
	const opened = spawnSync("chmod", ["-R", "a+rX", fresh], { encoding: "utf8" });
	if (opened.status !== 0) throw new Error(`chmod failed: ${opened.stderr}`);
	await rename(fresh, o.served);
	for (const name of await readdir(o.webDir)) {
		if (path.join(o.webDir, name) !== o.served) await rm(path.join(o.webDir, name), { recursive: true, force: true });
	}
}
