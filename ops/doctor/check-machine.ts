/** What needs no install: versions, clock, kernel limits, disk, memory. */
import { existsSync } from "node:fs";
import { readFile, statfs } from "node:fs/promises";
import { release, totalmem } from "node:os";
import path from "node:path";
import { findServerGit, serverGitAdvice } from "../../lib/git/git-version.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { kernelLimitCommand, readKernelLimits } from "../host/kernel-limits.ts";
import { cloneDir, type Install } from "../install/install.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

const gib = 1024 ** 3;
const diskFailGib = 2;
const diskWarnGib = 10;
/** Further off, certificates and sessions of other machines fail. */
const clockWarnSeconds = 30;

export async function checkVersions(): Promise<Finding[]> {
	const manifest = JSON.parse(await readFile(path.join(cloneDir, "package.json"), "utf8")) as {
		version: string;
		dependencies: { node: string };
	};
	const text = await readFile("/etc/os-release", "utf8").catch(() => "");
	const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? "unknown system";
	const detail = `devbox ${manifest.version}, Node ${process.versions.node}, ${system}, kernel ${release()}, ${process.arch}`;
	if (process.versions.node !== manifest.dependencies.node) {
		return [
			warn(
				"versions",
				detail,
				`Node ${manifest.dependencies.node} is what this version is tested with. Run: npm start`,
			),
		];
	}
	return [ok("versions", detail)];
}

export async function checkKernelLimits(): Promise<Finding[]> {
	const limits = await readKernelLimits();
	const unmet = limits.filter((limit) => !limit.isMet);
	if (unmet.length === 0) return [ok("kernel limits", `${limits.length} settings are high enough`)];
	const detail = unmet
		.map((limit) => `${limit.name} is ${limit.value ?? "unreadable"}, wanted ${limit.atLeast}`)
		.join("\n");
	const status = unmet.some((limit) => limit.isRequired) ? fail : warn;
	return [status("kernel limits", detail, kernelLimitCommand(unmet))];
}

export async function checkDisk(install: Install | null): Promise<Finding[]> {
	const folder = install && existsSync(install.dataDir) ? install.dataDir : "/var/lib";
	const disk = await statfs(folder);
	const free = (disk.bavail * disk.bsize) / gib;
	const detail = `${free.toFixed(1)} GiB free of ${((disk.blocks * disk.bsize) / gib).toFixed(0)} GiB at ${folder}`;
	if (free < diskFailGib)
		return [fail("disk", detail, "PostgreSQL and the image need room: free some, or give --data another disk")];
	if (free < diskWarnGib)
		return [warn("disk", detail, "A new storage pool needs 17 GiB: free some before boxes fill this one")];
	return [ok("disk", detail)];
}

export async function checkMemory(): Promise<Finding[]> {
	const available = Number(/^MemAvailable:\s*(\d+) kB/m.exec(await readFile("/proc/meminfo", "utf8"))?.[1] ?? 0) / 1024;
	const total = totalmem() / 1024 ** 2;
	const detail = `${Math.round(available)} MiB available of ${Math.round(total)} MiB`;
	if (available < 1024) return [warn("memory", detail, "Creates wait below 1 GiB: stop boxes, or add memory")];
	return [ok("memory", detail)];
}

/** The server's own: it fetches private repositories. */
export async function checkGit(): Promise<Finding[]> {
	const { version, problem } = await findServerGit();
	return [problem === null ? ok("git", `version ${version}`) : warn("git", problem, serverGitAdvice)];
}

/** Against the database's clock (another machine's with DATABASE_URL), and whether something keeps ours. */
export async function checkClock(databaseNow: Date | null): Promise<Finding[]> {
	const findings: Finding[] = [];
	if (databaseNow) {
		const off = Math.abs(Date.now() - databaseNow.getTime()) / 1000;
		const detail = `${off.toFixed(1)} s beside the database's`;
		findings.push(
			off > clockWarnSeconds
				? fail("clock", detail, "Have both machines keep time: apt-get install -y systemd-timesyncd")
				: ok("clock", detail),
		);
	}
	if (!existsSync("/run/systemd/system")) return findings.length ? findings : [ok("clock", new Date().toISOString())];
	const { stdout } = await runCommand({
		command: ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
		allowedCodes: [1],
		timeoutMs: 5_000,
	});
	if (stdout.trim() === "no")
		findings.push(warn("clock", "nothing keeps this machine's time", "apt-get install -y systemd-timesyncd"));
	return findings.length ? findings : [ok("clock", new Date().toISOString())];
}
