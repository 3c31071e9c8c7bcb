/**
 * The install's own btrfs pool on a loop file of the engine's. Copies in it share blocks, which is what makes a new box take
 * milliseconds; a `dir` pool copies files for seconds, and has no disk limits.
 */
import { statfs } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { AppError } from "../../lib/domain/errors.ts";
import { type HostStage, hostNames, installLabel } from "./host-names.ts";
import { type RootApi, readEngine, readIfThere } from "./root-api.ts";

const gib = 1024 ** 3;
/** A base image and two boxes at work. */
const sizeMinGib = 10;
const sizeBesideOthersGib = 20;
const defaultSizeMaxGib = 200;
const shareOfFreeDisk = 0.6;

const poolSchema = z.object({
	name: z.string(),
	driver: z.string(),
	status: z.string().optional(),
	config: z.record(z.string(), z.string()),
});
const resourcesSchema = z.object({ space: z.object({ used: z.number().optional(), total: z.number() }) });

type PoolStage = HostStage & { root: RootApi; stateDir: string; poolGibMax?: number | undefined };

/**
 * Find-or-create.
 * @throws AppError `not_supported` for a pool that is not copy-on-write, `unavailable` for too little free disk.
 */
export async function ensureStoragePool(o: PoolStage): Promise<void> {
	const { pool } = hostNames(o.installId);
	const found = await readIfThere(o.root.global, {
		path: `/1.0/storage-pools/${pool}`,
		schema: poolSchema,
		signal: o.signal,
	});
	if (found) {
		refuseSlowPool(found);
		return;
	}
	const sizeGib = poolSizeGib(await diskRoom(o), o.poolGibMax);
	o.progress(`making a ${sizeGib} GiB btrfs pool`);
	await o.root.global.request({
		method: "POST",
		path: "/1.0/storage-pools",
		json: {
			name: pool,
			driver: "btrfs",
			description: `Devbox install ${o.installId}`,
			config: { size: `${sizeGib}GiB`, [installLabel]: o.installId },
		},
		signal: o.signal,
		timeoutMs: 120_000,
	});
}

export type DiskRoom = {
	freeBytes: number;
	/** What the loop files of other pools may still grow into. */
	promisedBytes: number;
};

/**
 * Whole GiB for a new pool: a share of what is free and promised to nobody. Where other pools (sparse files) have promised it all,
 * a small one within what is really free, so that a second install beside a first is possible. Never more than is free.
 * @throws AppError `unavailable`
 */
export function poolSizeGib(room: DiskRoom, sizeMaxGib = defaultSizeMaxGib): number {
	const unpromised = ((room.freeBytes - room.promisedBytes) * shareOfFreeDisk) / gib;
	const beside = Math.min(sizeBesideOthersGib, (room.freeBytes * shareOfFreeDisk) / gib);
	const size = Math.min(sizeMaxGib, Math.floor(Math.max(unpromised, beside)));
	if (size >= sizeMinGib) return size;
	const needed = Math.ceil(sizeMinGib / shareOfFreeDisk);
	throw new AppError({
		code: "unavailable",
		message: `Devboxes need ${needed} GiB of free disk where the engine keeps its pools; ${Math.floor(room.freeBytes / gib)} GiB are free. Make room and start again.`,
	});
}

function refuseSlowPool(pool: z.infer<typeof poolSchema>): void {
	if (pool.driver === "btrfs" || pool.driver === "zfs") return;
	throw new AppError({
		code: "not_supported",
		message: `The storage pool ${pool.name} is of kind "${pool.driver}", which copies a whole machine file by file and keeps no disk limits. Remove it (npm run uninstall) so that a btrfs pool can be made.`,
	});
}

async function diskRoom(o: PoolStage): Promise<DiskRoom> {
	const disk = await statfs(await nearestReadable(o.stateDir));
	const pools = await readEngine(o.root.global, {
		path: "/1.0/storage-pools?recursion=1",
		schema: z.array(poolSchema),
		signal: o.signal,
	});
	const loopPools = pools.filter((pool) => pool.config.source?.startsWith(path.join(o.stateDir, "disks")));
	let promisedBytes = 0;
	for (const pool of loopPools) {
		const resources = await readIfThere(o.root.global, {
			path: `/1.0/storage-pools/${encodeURIComponent(pool.name)}/resources`,
			schema: resourcesSchema,
			signal: o.signal,
		});
		if (resources) promisedBytes += Math.max(0, resources.space.total - (resources.space.used ?? 0));
	}
	return { freeBytes: disk.bavail * disk.bsize, promisedBytes };
}

async function nearestReadable(folder: string): Promise<string> {
	const isReadable = await statfs(folder).then(
		() => true,
		() => false,
	);
	return isReadable || folder === "/" ? folder : nearestReadable(path.dirname(folder));
}
