/**
 * Brings an engine up on this machine: uses one that answers, starts one that is installed, or installs `incus` where the
 * distribution has it, else `lxd`. What cannot work is found out before anything is changed.
 */
import { access, readFile } from "node:fs/promises";
import { AppError } from "../../lib/domain/errors.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { type FoundEngine, findEngine } from "./find-engine.ts";
import type { HostStage } from "./host-names.ts";
import { ensureLxcfs } from "./lxcfs.ts";
import { startEngine } from "./start-engine.ts";

type EngineStage = Pick<HostStage, "signal" | "progress">;

/** What the set-up and the image build run, beside the engine: program -> package. */
const tools = {
	"mkfs.btrfs": "btrfs-progs",
	dnsmasq: "dnsmasq-base",
	nft: "nftables",
	ip: "iproute2",
	iptables: "iptables",
	setfattr: "attr",
	rsync: "rsync",
	unsquashfs: "squashfs-tools",
	newuidmap: "uidmap",
	mmdebstrap: "mmdebstrap",
	zstd: "zstd",
	openssl: "openssl",
} as const;

const installTimeoutMs = 15 * 60_000;
const startTimeoutMs = 60_000;

/** @throws AppError `not_supported` (with the commands that a person should run) before any change, `unavailable` after. */
export async function installEngine(o: EngineStage): Promise<FoundEngine> {
	const found = await findEngine(o);
	const missing = await missingTools();
	if (found && !found.problem && missing.length === 0) return withLxcfs(found, o);
	await checkSupport({ found, missing });

	const wanted = [...missing];
	if (!found && !(await hasDaemon())) {
		o.progress("reading the package lists");
		await apt(["update"], o);
		const engine = await enginePackages(o.signal);
		wanted.push(...engine);
		o.progress(`installing ${engine[0]}`);
	}
	if (wanted.length > 0) await installPackages(wanted, o);
	const ready = await findEngine(o);
	if (ready && !ready.problem) return withLxcfs(ready, o);
	o.progress("starting the engine");
	await withLxcfs(null, o);
	return startEngine({ ...o, timeoutMs: startTimeoutMs });
}

/** An engine that answers may have lost lxcfs since; only root can mend that, and `npm run doctor` tells everybody. */
async function withLxcfs<T>(engine: T, o: EngineStage): Promise<T> {
	if (process.getuid?.() === 0) await ensureLxcfs(o);
	return engine;
}

/**
 * Whether this machine can be set up, without changing it; milliseconds.
 * @throws AppError `not_supported` with what to do.
 */
export async function checkSupport(o: { found: FoundEngine | null; missing: readonly string[] }): Promise<void> {
	const isReady = o.found !== null && !o.found.problem;
	const isRoot = process.getuid?.() === 0;
	if (process.platform !== "linux") {
		throw refusal("Devboxes need Linux. Run this on a Debian 12 or 13 or Ubuntu 24.04 machine.");
	}
	if (!isReady || o.missing.length > 0) {
		const hasApt = await canRun("apt-get");
		if (!isRoot || !hasApt) throw refusal(await manualInstructions(o, hasApt));
		if (!isReady) await checkKernel();
	}
}

async function checkKernel(): Promise<void> {
	const filesystems = await readFile("/proc/filesystems", "utf8");
	const hasBtrfs = /\bbtrfs$/m.test(filesystems) || (await moduleExists("btrfs"));
	if (!hasBtrfs)
		throw refusal(
			"This kernel has no btrfs, which boxes need for copies and disk limits. Use a stock Debian or Ubuntu kernel.",
		);
	const hasNamespaces = await access("/proc/self/ns/user").then(
		() => true,
		() => false,
	);
	if (!hasNamespaces)
		throw refusal(
			"This kernel has no user namespaces, which keep boxes unprivileged. Use a stock Debian or Ubuntu kernel.",
		);
}

async function moduleExists(name: string): Promise<boolean> {
	if (!(await canRun("modprobe"))) return false;
	const { code } = await runCommand({ command: ["modprobe", "--dry-run", name], allowedCodes: [1], timeoutMs: 1000 });
	return code === 0;
}

async function manualInstructions(
	o: { found: FoundEngine | null; missing: readonly string[] },
	hasApt: boolean,
): Promise<string> {
	const reason = o.found
		? (o.found.problem ?? "Some programs are missing.")
		: "Neither Incus nor LXD runs on this machine.";
	const isReady = o.found !== null && !o.found.problem;
	if (!hasApt) {
		const wanted = [...(isReady ? [] : ["incus"]), ...o.missing].join(" ");
		return `${reason} Nothing was changed. This system has no apt: install these by its own means, start Incus, and run this again: ${wanted}`;
	}
	const codename = /^VERSION_CODENAME="?(\w+)/m.exec(await readFile("/etc/os-release", "utf8"))?.[1];
	const engine = codename === "bookworm" ? ["lxd", "lxd-client", "lxcfs"] : ["incus"];
	const packages = [...(isReady || o.found ? [] : engine), ...o.missing].join(" ");
	const install = packages
		? `\nor install what is missing first:\n  sudo apt-get update && sudo apt-get install --no-install-recommends ${packages}`
		: "";
	return `${reason} Nothing was changed. Run this as root:\n  sudo npm start${install}`;
}

async function missingTools(): Promise<string[]> {
	const checks = await Promise.all(
		Object.entries(tools).map(async ([program, name]) => ((await canRun(program)) ? null : name)),
	);
	return checks.filter((name) => name !== null);
}

/** The engine's packages as this distribution has them. @throws AppError `not_supported` */
async function enginePackages(signal: AbortSignal): Promise<string[]> {
	for (const packages of [["incus"], ["lxd", "lxd-client", "lxcfs"]]) {
		const { stdout } = await runCommand({ command: ["apt-cache", "policy", packages[0] ?? ""], signal });
		// Ubuntu's `lxd` is an installer for a snap, and carries an epoch-less version of its own; Debian's is LXD itself.
		const candidate = /Candidate: (\S+)/.exec(stdout)?.[1];
		if (candidate && candidate !== "(none)" && !/snap|^1:0\./.test(candidate)) return packages;
	}
	throw refusal(
		"Neither incus nor lxd is among this machine's apt packages. Use Debian 12 or 13 or Ubuntu 24.04, or install Incus yourself.",
	);
}

async function installPackages(names: readonly string[], o: EngineStage): Promise<void> {
	const install = ["install", "-y", "--no-install-recommends", ...names];
	const isInstalled = await apt(install, o).then(
		() => true,
		(error: unknown) => {
			if (
				error instanceof AppError &&
				error.code === "unavailable" &&
				/Unable to locate|404|no installation candidate/i.test(error.message)
			)
				return false;
			throw error;
		},
	);
	if (isInstalled) return;
	// The lists are older than the archive, or there are none yet.
	await apt(["update"], o);
	await apt(install, o);
}

async function apt(args: readonly string[], o: EngineStage): Promise<void> {
	await runCommand({
		// Another apt (unattended upgrades) may hold the lock for a while.
		command: ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold", ...args],
		env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" },
		signal: o.signal,
		timeoutMs: installTimeoutMs,
		onLine: (line) => {
			const unpacked = /^Setting up (\S+)/.exec(line);
			if (unpacked) o.progress(`installing ${unpacked[1]}`);
		},
	});
}

async function hasDaemon(): Promise<boolean> {
	return (await canRun("incusd")) || (await canRun("/usr/libexec/incus/incusd")) || (await canRun("lxd"));
}

/** Whether a program of this name is on the PATH (or in an sbin, where a plain user's PATH does not look). */
export async function canRun(program: string): Promise<boolean> {
	const folders = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];
	const files = program.startsWith("/") ? [program] : folders.map((folder) => `${folder}/${program}`);
	for (const file of files) {
		const isThere = await access(file).then(
			() => true,
			() => false,
		);
		if (isThere) return true;
	}
	return false;
}

function refusal(message: string): AppError {
	return new AppError({ code: "not_supported", message });
}
