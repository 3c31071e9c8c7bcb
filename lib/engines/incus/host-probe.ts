/** What a host can hold, as its engine tells it; what only the kernel knows is read from /proc where the host is this machine. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { type EngineCapabilities, EngineError, type HostProbe } from "../engine.ts";
import { parseFence } from "./fenced-nic.ts";
import { isEngineError } from "./incus-errors.ts";
import type { IncusHost } from "./incus-host.ts";

const serverSchema = z.object({ environment: z.object({ server: z.string(), server_version: z.string() }) });
const resourcesSchema = z.object({
	cpu: z.object({ total: z.number() }),
	memory: z.object({ total: z.number(), used: z.number() }),
});
const poolSchema = z.object({ driver: z.string() });
const poolResourcesSchema = z.object({ space: z.object({ used: z.number().optional(), total: z.number() }) });
const profileSchema = z.object({ config: z.record(z.string(), z.string()) });

/** The kinds of pool whose copies share blocks. */
const copyOnWriteDrivers = new Set(["btrfs", "zfs", "ceph"]);

/** Of what an idle box with systemd takes, the kernel limits that stop a host first; per user id on the host, which boxes share. */
const perBox = { inotifyInstances: 11, keys: 25, memoryMib: 60 } as const;
/** Left to the host itself. */
const hostReserve = { inotifyInstances: 16, memoryMib: 1024 } as const;

const mib = 1024 ** 2;
const gib = 1024 ** 3;

export async function probeHost(
	host: IncusHost,
	o: { signal?: AbortSignal | undefined },
): Promise<{ probe: HostProbe; capabilities: EngineCapabilities }> {
	const pool = `/1.0/storage-pools/${encodeURIComponent(host.pool)}`;
	const [server, resources, poolView, space, profile] = await Promise.all([
		read(host, "/1.0", serverSchema, o.signal),
		read(host, "/1.0/resources", resourcesSchema, o.signal),
		read(host, pool, poolSchema, o.signal),
		read(host, `${pool}/resources`, poolResourcesSchema, o.signal),
		read(host, `/1.0/profiles/${encodeURIComponent(host.profile)}`, profileSchema, o.signal),
	]);
	const memory = await memoryOf(host, resources.memory);
	const fence = parseFence(profile.config);
	const areIdsIsolated = profile.config["security.idmap.isolated"] === "true";
	return {
		probe: {
			engineName: server.environment.server,
			engineVersion: server.environment.server_version,
			vcpus: resources.cpu.total,
			...memory,
			poolTotalGib: space.space.total / gib,
			poolUsedGib: (space.space.used ?? 0) / gib,
			instancesMax: await instancesMax(host, { memoryTotalMib: memory.memoryTotalMib, areIdsIsolated }),
			fenceAddress: fence?.address ?? null,
			fenceResolvers: fence?.resolvers ?? [],
			internalRanges: fence?.internalRanges ?? [],
		},
		capabilities: {
			copyOnWrite: copyOnWriteDrivers.has(poolView.driver),
			freeze: true,
			snapshots: true,
			// Without the filter a box makes subvolumes that its limit does not count.
			diskLimits: poolView.driver !== "dir" && (poolView.driver !== "btrfs" || deniesSubvolumes(profile.config)),
			isolatedIds: areIdsIsolated,
			nesting: profile.config["security.nesting"] === "true",
		},
	};
}

async function read<T>(
	host: IncusHost,
	path: string,
	schema: z.ZodType<T>,
	signal: AbortSignal | undefined,
): Promise<T> {
	const parsed = schema.safeParse(
		await host.api.request({ method: "GET", path, signal }).catch((error: unknown) => {
			if (!isEngineError(error, "not_found", "invalid")) throw error;
			throw new EngineError("invalid", `The host cannot be probed: ${(error as Error).message}`, error);
		}),
	);
	if (parsed.success) return parsed.data;
	throw new EngineError("unavailable", `The engine's answer to GET ${path} is not understood`, parsed.error);
}

/** BTRFS_IOC_SUBVOL_CREATE: the one of the four denied calls with which any user in a box gets past its disk limit. */
const subvolumeCreate = "0x5000940e";

function deniesSubvolumes(config: Record<string, string>): boolean {
	return (config["security.syscalls.deny"] ?? "").toLowerCase().includes(subvolumeCreate);
}

/** "Available" counts what the kernel can give back; the engine's figure counts the page cache of a busy pool as used. */
async function memoryOf(
	host: IncusHost,
	memory: { total: number; used: number },
): Promise<{ memoryTotalMib: number; memoryAvailableMib: number }> {
	const memoryTotalMib = Math.floor(memory.total / mib);
	if (!host.api.transport.isLocal) {
		return { memoryTotalMib, memoryAvailableMib: Math.max(0, Math.floor((memory.total - memory.used) / mib)) };
	}
	const match = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile("/proc/meminfo", "utf8"));
	if (!match) throw new EngineError("unavailable", "/proc/meminfo does not say how much memory is available");
	return { memoryTotalMib, memoryAvailableMib: Math.floor(Number(match[1]) / 1024) };
}

async function instancesMax(host: IncusHost, o: { memoryTotalMib: number; areIdsIsolated: boolean }): Promise<number> {
	const byMemory = Math.max(1, Math.floor((o.memoryTotalMib - hostReserve.memoryMib) / perBox.memoryMib));
	// The kernel counts these per user id: boxes with ids of their own have the whole of it each.
	if (!host.api.transport.isLocal || o.areIdsIsolated) return byMemory;
	const [inotify, keys] = await Promise.all([
		readNumber("/proc/sys/fs/inotify/max_user_instances"),
		readNumber("/proc/sys/kernel/keys/maxkeys"),
	]);
	const byInotify = Math.floor((inotify - hostReserve.inotifyInstances) / perBox.inotifyInstances);
	return Math.max(1, Math.min(byMemory, byInotify, Math.floor(keys / perBox.keys)));
}

async function readNumber(path: string): Promise<number> {
	const value = Number((await readFile(path, "utf8")).trim());
	if (!Number.isFinite(value)) throw new EngineError("unavailable", `${path} holds no number`);
	return value;
}
