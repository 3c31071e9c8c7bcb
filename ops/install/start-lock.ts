/**
 * One start per data directory. The kernel holds the lock with our open file, so that it ends with us however we end; the file says
 * who has it. A second file tells the other commands what runs.
 */
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { AppError } from "../../lib/domain/errors.ts";
import { type Install, replaceFile } from "./install.ts";

const isHeldCode = 75;

const runningSchema = z.object({
	pid: z.number(),
	startedAt: z.string(),
	url: z.string(),
	listen: z.string(),
	sshListen: z.string(),
	isTls: z.boolean(),
	webUrl: z.string(),
	processes: z.record(z.string(), z.number()),
});
/** What `run/running.json` says: the supervisor, addresses, and the pid of each process by name. */
export type Running = z.infer<typeof runningSchema>;

export type StartLock = { release(): void };

/** @throws AppError `conflict` naming the process that has it. */
export async function takeStartLock(install: Install): Promise<StartLock> {
	const file = lockFile(install);
	const fd = openSync(file, "a+", 0o600);
	if (!lockDescriptor(fd)) {
		closeSync(fd);
		const holder = (await readFile(file, "utf8")).trim();
		throw new AppError({
			code: "conflict",
			message: `The product already runs on ${install.dataDir} (process ${holder || "unknown"}). Stop that one first: kill ${holder || "<pid>"}`,
		});
	}
	await writeFile(file, String(process.pid));
	return { release: () => closeSync(fd) };
}

/** The pid of the start that holds the lock; null when none does. */
export async function lockHolder(install: Install): Promise<number | null> {
	let fd: number;
	try {
		fd = openSync(lockFile(install), "r");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
	try {
		if (lockDescriptor(fd)) return null;
		return Number((await readFile(lockFile(install), "utf8")).trim());
	} finally {
		closeSync(fd);
	}
}

/** flock(1) on a descriptor of ours locks the open file, which we go on holding after it has ended. */
export function lockDescriptor(fd: number): boolean {
	const tried = spawnSync("flock", ["-n", "-E", String(isHeldCode), "3"], { stdio: ["ignore", "ignore", "pipe", fd] });
	if (tried.error) throw tried.error;
	if (tried.status === 0) return true;
	if (tried.status === isHeldCode) return false;
	throw new Error(`flock failed: ${tried.stderr.toString().trim()}`);
}

function lockFile(install: Install): string {
	return path.join(install.dataDir, "run/lock");
}

function runningFile(install: Install): string {
	return path.join(install.dataDir, "run/running.json");
}

export async function writeRunning(install: Install, running: Running): Promise<void> {
	await replaceFile(runningFile(install), `${JSON.stringify(running, null, "\t")}\n`, 0o644);
}

export async function clearRunning(install: Install): Promise<void> {
	await rm(runningFile(install), { force: true });
}

/** What runs now; null when no start holds the lock, or when it is not ready yet. */
export async function readRunning(install: Install): Promise<Running | null> {
	if ((await lockHolder(install)) === null) return null;
	const text = await readFile(runningFile(install), "utf8").catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return null;
		throw error;
	});
	return text === null ? null : runningSchema.parse(JSON.parse(text));
}
