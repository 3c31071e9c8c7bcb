/**
 * Kernel settings that decide how many boxes a machine holds. With the defaults the 13th box's systemd dies at boot while the
 * engine's start says Success: an idle box takes 11 inotify instances, and a user may have 128.
 */
import { readFile, writeFile } from "node:fs/promises";
import type { HostStage } from "./host-names.ts";

/** What is never lowered, only raised to `atLeast`. */
const wantedLimits = [
	{ name: "fs.inotify.max_user_instances", atLeast: 1_048_576, isRequired: true },
	{ name: "fs.inotify.max_user_watches", atLeast: 1_048_576, isRequired: true },
	{ name: "fs.inotify.max_queued_events", atLeast: 65_536, isRequired: false },
	// Boxes share one range of user ids where ids are not isolated, and so one quota of kernel keys.
	{ name: "kernel.keys.maxkeys", atLeast: 20_000, isRequired: true },
	{ name: "kernel.keys.maxbytes", atLeast: 2_000_000, isRequired: true },
	// Without systemd the kernel's default is 32,768 processes for all boxes together.
	{ name: "kernel.pid_max", atLeast: 4_194_304, isRequired: false },
	{ name: "vm.max_map_count", atLeast: 262_144, isRequired: false },
	{ name: "net.ipv4.neigh.default.gc_thresh1", atLeast: 1024, isRequired: false },
	{ name: "net.ipv4.neigh.default.gc_thresh2", atLeast: 4096, isRequired: false },
	{ name: "net.ipv4.neigh.default.gc_thresh3", atLeast: 8192, isRequired: true },
	{ name: "net.ipv4.ip_forward", atLeast: 1, isRequired: true },
] as const;

export type KernelLimit = {
	name: string;
	/** Null where the kernel does not have it or does not let us read it. */
	value: number | null;
	atLeast: number;
	/** Boxes fail without it; the others only bound how many fit. */
	isRequired: boolean;
	isMet: boolean;
};

/** For `doctor` and for capacity: what the kernel has now. Changes nothing. */
export async function readKernelLimits(): Promise<KernelLimit[]> {
	return Promise.all(
		wantedLimits.map(async (wanted) => {
			const value = await readLimit(wanted.name);
			return { ...wanted, value, isMet: value !== null && value >= wanted.atLeast };
		}),
	);
}

/** Raises what is too low, reads it back, and answers what is still too low. */
export async function raiseKernelLimits(o: Pick<HostStage, "signal" | "progress">): Promise<KernelLimit[]> {
	for (const limit of await readKernelLimits()) {
		o.signal.throwIfAborted();
		if (limit.isMet || limit.value === null) continue;
		o.progress(`raising ${limit.name} from ${limit.value} to ${limit.atLeast}`);
		await writeFile(limitPath(limit.name), String(limit.atLeast)).catch((error: NodeJS.ErrnoException) => {
			// Not ours to set: read-only /proc, no root. What is read back below says so.
			if (!["EACCES", "EPERM", "EROFS", "EINVAL"].includes(error.code ?? "")) throw error;
		});
	}
	return (await readKernelLimits()).filter((limit) => !limit.isMet);
}

/** The command that a person with root runs for what could not be raised. */
export function kernelLimitCommand(limits: readonly KernelLimit[]): string {
	return `sudo sysctl -w ${limits.map((limit) => `${limit.name}=${limit.atLeast}`).join(" ")}`;
}

async function readLimit(name: string): Promise<number | null> {
	const text = await readFile(limitPath(name), "utf8").catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT" || error.code === "EACCES") return null;
		throw error;
	});
	const value = text === null ? Number.NaN : Number(text.trim());
	return Number.isFinite(value) ? value : null;
}

function limitPath(name: string): string {
	return `/proc/sys/${name.replaceAll(".", "/")}`;
}
