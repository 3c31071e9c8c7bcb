/**
 * lxcfs shows a box its own limits in /proc (memory, processors, uptime). Without it a box sees the host's, and programs size
 * themselves for a machine that they do not have. When it dies its mount stays behind, and answers nothing.
 */
import { access, mkdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../lib/domain/errors.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { isSystemdInit, startDetached } from "./start-engine.ts";

const program = "/usr/bin/lxcfs";

/** Where it is mounted, and the file with its process id. */
type LxcfsPlace = { folder: string; pidFile: string };
const usualPlace: LxcfsPlace = { folder: "/var/lib/lxcfs", pidFile: "/run/lxcfs.pid" };

/** A dead mount refuses at once; one that hangs is as good as dead. */
const answerTimeoutMs = 2_000;
const startTimeoutMs = 10_000;
const pollMs = 50;

/** Null when all is well or this machine's engine brings its own; else what is wrong. Changes nothing. */
export async function lxcfsProblem({ folder }: LxcfsPlace = usualPlace): Promise<string | null> {
	if (!(await isThere(program)) || (await answers(folder))) return null;
	return (await isMounted(folder))
		? `the mount ${folder} is there but does not answer: lxcfs has died`
		: "lxcfs does not run";
}

/**
 * Has it running. Boxes that were started before it died keep its dead files until they are restarted.
 * @throws AppError `unavailable` when it does not answer after 10 s.
 */
export async function ensureLxcfs(o: { signal?: AbortSignal; place?: LxcfsPlace } = {}): Promise<void> {
	const place = o.place ?? usualPlace;
	const { folder } = place;
	if (!(await lxcfsProblem(place))) return;
	if (await isMounted(folder))
		await runCommand({ command: ["umount", "-l", folder], timeoutMs: 10_000, signal: o.signal });
	if (place === usualPlace && (await isSystemdInit())) {
		await runCommand({ command: ["systemctl", "restart", "lxcfs.service"], timeoutMs: 30_000, signal: o.signal });
	} else {
		await mkdir(folder, { recursive: true });
		await startDetached(program, ["--pidfile", place.pidFile, folder], "lxcfs");
	}
	const endsAt = Date.now() + startTimeoutMs;
	while (!(await answers(folder))) {
		if (Date.now() >= endsAt)
			throw new AppError({
				code: "unavailable",
				message: `lxcfs was started but ${folder} does not answer after ${startTimeoutMs / 1000} s. See /var/log/devbox/lxcfs.out.`,
			});
		await delay(pollMs, undefined, { signal: o.signal });
	}
}

async function answers(folder: string): Promise<boolean> {
	const { code } = await runCommand({
		command: ["head", "-c", "1", `${folder}/proc/meminfo`],
		allowedCodes: [1],
		timeoutMs: answerTimeoutMs,
	}).catch((error: unknown) => {
		if (error instanceof AppError && error.code === "timeout") return { code: 1 };
		throw error;
	});
	return code === 0;
}

async function isMounted(folder: string): Promise<boolean> {
	return (await readFile("/proc/self/mounts", "utf8")).split("\n").some((line) => line.split(" ")[1] === folder);
}

function isThere(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
