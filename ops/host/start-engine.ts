/** Starts an installed engine: by systemd where it is init, else itself, detached, so that it outlives us. */
import { spawn } from "node:child_process";
import { access, mkdir, open, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../lib/domain/errors.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { type FoundEngine, findEngine } from "./find-engine.ts";

const daemons = [
	{ server: "incus", unit: "incus.service", program: "/usr/libexec/incus/incusd" },
	{ server: "incus", unit: "incus.service", program: "/usr/bin/incusd" },
	{ server: "incus", unit: "incus.service", program: "/opt/incus/bin/incusd" },
	{ server: "lxd", unit: "lxd.service", program: "/usr/bin/lxd" },
	{ server: "lxd", unit: "snap.lxd.daemon.service", program: "/snap/bin/lxd" },
] as const;

const logDir = "/var/log/devbox";
const pollMs = 200;

/** @throws AppError `unavailable` with the end of the daemon's log when it does not answer within `timeoutMs`. */
export async function startEngine(o: { signal: AbortSignal; timeoutMs: number }): Promise<FoundEngine> {
	const daemon = await installedDaemon();
	if (await isSystemdInit()) {
		await runCommand({ command: ["systemctl", "start", daemon.unit], signal: o.signal, timeoutMs: o.timeoutMs });
	} else {
		// Its socket is for root alone: whoever reaches it is root on this machine.
		await startDetached(
			daemon.program,
			["--group", "root", "--logfile", `${logDir}/${daemon.server}.log`],
			daemon.server,
		);
	}
	const endsAt = Date.now() + o.timeoutMs;
	for (;;) {
		const found = await findEngine(o);
		if (found && !found.problem) return found;
		if (Date.now() >= endsAt) throw await notAnswering(daemon.server, o.timeoutMs, found);
		await delay(pollMs, undefined, { signal: o.signal });
	}
}

async function installedDaemon(): Promise<(typeof daemons)[number]> {
	for (const daemon of daemons) {
		const isThere = await access(daemon.program).then(
			() => true,
			() => false,
		);
		if (isThere) return daemon;
	}
	throw new AppError({
		code: "unavailable",
		message: "The engine was installed, but its daemon was not found on this machine.",
	});
}

/** Output goes to `<logDir>/<logName>.out`. */
export async function startDetached(program: string, args: string[], logName: string): Promise<void> {
	await mkdir(logDir, { recursive: true, mode: 0o755 });
	const log = await open(`${logDir}/${logName}.out`, "a", 0o640);
	try {
		const child = spawn(program, args, { detached: true, stdio: ["ignore", log.fd, log.fd], cwd: "/" });
		await new Promise<void>((resolve, reject) => {
			child.once("spawn", resolve);
			child.once("error", reject);
		});
		child.unref();
	} finally {
		await log.close();
	}
}

async function notAnswering(server: string, timeoutMs: number, found: FoundEngine | null): Promise<AppError> {
	const log = await readFile(`${logDir}/${server}.log`, "utf8").catch(() => "");
	const end = log.trim().split("\n").slice(-5).join("\n");
	const why = found?.problem ?? "its socket did not appear";
	return new AppError({
		code: "unavailable",
		message: `The engine (${server}) was started but does not answer after ${timeoutMs / 1000} s: ${why}. See ${logDir}/${server}.log or journalctl -u ${server}.\n${end}`,
	});
}

/** The test that `sd_booted` makes. */
export async function isSystemdInit(): Promise<boolean> {
	return access("/run/systemd/system").then(
		() => true,
		() => false,
	);
}
