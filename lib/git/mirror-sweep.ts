/** Keeps the mirrors within bounds: those unused for long go, then those used longest ago, until the rest fits. One in use stays. */
import { randomUUID } from "node:crypto";
import { readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { lockFile } from "./file-lock.ts";

export type MirrorLimits = {
	/** Of one repository's pack. */
	repositoryBytesMax: number;
	totalBytesMax: number;
	mirrorsMax: number;
	/** Milliseconds without a use. */
	unusedMsMax: number;
};

export const mirrorLimits: MirrorLimits = {
	repositoryBytesMax: 5 * 2 ** 30,
	totalBytesMax: 20 * 2 ** 30,
	mirrorsMax: 500,
	unusedMsMax: 14 * 86_400_000,
};

/** No fill and no clone takes longer: what is older in `tmp` was left by a process that was killed. */
const leftoverMs = 2 * 3_600_000;

type Mirror = { key: string; bytes: number; usedAt: number };

export async function sweepMirrors(o: { folder: string; limits: MirrorLimits; now: () => number }): Promise<void> {
	await removeLeftovers(path.join(o.folder, "tmp"), o.now());
	const mirrors = await listMirrors(o.folder);
	for (const { key } of surplusMirrors({ mirrors, limits: o.limits, now: o.now() })) {
		const lock = await lockFile({ file: path.join(o.folder, `${key}.use`), mode: "exclusive", isPatient: false });
		if (!lock) continue;
		try {
			const trash = path.join(o.folder, "tmp", `trash-${randomUUID()}`);
			await rename(path.join(o.folder, `${key}.git`), trash);
			await rm(trash, { recursive: true, force: true });
		} finally {
			lock.release();
		}
	}
}

/** Those that have to go. */
export function surplusMirrors(o: { mirrors: readonly Mirror[]; limits: MirrorLimits; now: number }): Mirror[] {
	const newestFirst = [...o.mirrors].sort((a, b) => b.usedAt - a.usedAt);
	let bytes = 0;
	return newestFirst.filter((mirror, index) => {
		bytes += mirror.bytes;
		const isOld = o.now - mirror.usedAt > o.limits.unusedMsMax;
		return isOld || index >= o.limits.mirrorsMax || bytes > o.limits.totalBytesMax;
	});
}

async function listMirrors(folder: string): Promise<Mirror[]> {
	const names = await namesIn(folder);
	const keys = names.filter((name) => name.endsWith(".git")).map((name) => name.slice(0, -".git".length));
	return Promise.all(
		keys.map(async (key) => ({
			key,
			bytes: await bytesOf(path.join(folder, `${key}.git`)),
			usedAt: await modifiedAt(path.join(folder, names.includes(`${key}.use`) ? `${key}.use` : `${key}.git`)),
		})),
	);
}

async function removeLeftovers(folder: string, now: number): Promise<void> {
	for (const name of await namesIn(folder)) {
		const entry = path.join(folder, name);
		if (now - (await modifiedAt(entry)) > leftoverMs) await rm(entry, { recursive: true, force: true });
	}
}

/** Almost all of a mirror is its packs. A file with several names counts in parts. */
async function bytesOf(mirror: string): Promise<number> {
	const ready = path.join(mirror, "ready");
	const folders = [path.join(mirror, "objects/pack"), ...(await namesIn(ready)).map((name) => path.join(ready, name))];
	const sizes = await Promise.all(
		folders.map(async (folder) => {
			const names = await namesIn(folder);
			return Promise.all(
				names.map((name) => ifThere(stat(path.join(folder, name)).then(({ size, nlink }) => size / nlink))),
			);
		}),
	);
	return sizes.flat().reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

async function modifiedAt(file: string): Promise<number> {
	return (await ifThere(stat(file).then(({ mtimeMs }) => mtimeMs))) ?? 0;
}

async function namesIn(folder: string): Promise<string[]> {
	return (await ifThere(readdir(folder))) ?? [];
}

/** Another process sweeps as well. */
async function ifThere<T>(work: Promise<T>): Promise<T | null> {
	return work.catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return null;
		throw error;
	});
}
