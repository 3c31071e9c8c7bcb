/**
 * Built root file systems are kept beside the installs of this machine and shared by the hash of their definition, so that a second
 * install builds nothing. Who uses the cache is written in it: the last install to be removed takes it away.
 */
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type BuiltImage, buildImage } from "../../images/build-image.ts";
import { findTailscaleArchive } from "../../images/tailscale-archive.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Install } from "../install/install.ts";
import { lockDescriptor } from "../install/start-lock.ts";

const sharedCacheDir = "/var/lib/devbox/image-cache";
const buildWaitMs = 30 * 60_000;
const unusedAgeMs = 30 * 24 * 3600_000;

export type CachedImage = BuiltImage & {
	sizeBytes: number;
	/** What its build took; null when that was long ago and nobody wrote it down. */
	buildSeconds: number | null;
	/** Programs in it that not every image has. */
	programs: string[];
	/** Why one that was asked for is not in it. */
	problem: string | null;
};

/** `DEVBOX_IMAGE_CACHE` puts it elsewhere: on a larger disk, say. */
export function imageCacheDir(install: Install): string {
	if (process.env.DEVBOX_IMAGE_CACHE) return process.env.DEVBOX_IMAGE_CACHE;
	return install.isRoot ? sharedCacheDir : path.join(install.dataDir, "images");
}

/** Finds or builds `builtin:base`; one build at a time over all installs of the machine. */
export async function cachedBaseImage(o: {
	install: Install;
	signal: AbortSignal;
	progress: (phrase: string, fraction: number) => void;
}): Promise<CachedImage> {
	const dir = imageCacheDir(o.install);
	await mkdir(path.join(dir, "users"), { recursive: true, mode: 0o755 });
	await writeFile(path.join(dir, "users", o.install.installId), o.install.dataDir);
	const release = await takeCacheLock(dir, o.signal);
	try {
		const started = Date.now();
		const { tailscale, problem } = await wantedTailscale(dir, o.signal);
		const built = await buildImage({ name: "base", imagesDir: dir, tailscale, signal: o.signal, progress: o.progress });
		const secondsFile = `${built.rootfsPath}.seconds`;
		if (built.isFresh) await writeFile(secondsFile, ((Date.now() - started) / 1000).toFixed(1));
		const now = new Date();
		await utimes(built.rootfsPath, now, now);
		await dropUnused(dir, built.rootfsPath);
		const buildSeconds = existsSync(secondsFile) ? Number(await readFile(secondsFile, "utf8")) : null;
		const programs = tailscale ? ["tailscale"] : [];
		return { ...built, sizeBytes: (await stat(built.rootfsPath)).size, buildSeconds, programs, problem };
	} finally {
		release();
	}
}

/** An image that cannot have it is made without, and says so: nobody's boxes wait for somebody else's server. */
async function wantedTailscale(cacheDir: string, signal: AbortSignal) {
	const source = process.env.DEVBOX_TAILSCALE;
	if (!source) return { tailscale: null, problem: null };
	try {
		return { tailscale: await findTailscaleArchive({ source, cacheDir, signal }), problem: null };
	} catch (error) {
		if (error instanceof AppError && error.code === "unavailable") return { tailscale: null, problem: error.message };
		throw error;
	}
}

/** Takes the install off the list; answers the cache's folder when nobody is left on it. */
export async function leaveImageCache(install: Install): Promise<string | null> {
	const dir = imageCacheDir(install);
	const usersDir = path.join(dir, "users");
	if (!existsSync(usersDir)) return null;
	await rm(path.join(usersDir, install.installId), { force: true });
	return (await otherUsers(install)).length === 0 ? dir : null;
}

/** Ids of the other installs that use the cache and are still there. */
export async function otherUsers(install: Install): Promise<string[]> {
	const usersDir = path.join(imageCacheDir(install), "users");
	if (!existsSync(usersDir)) return [];
	const others: string[] = [];
	for (const id of await readdir(usersDir)) {
		if (id === install.installId) continue;
		const dataDir = await readFile(path.join(usersDir, id), "utf8");
		if (existsSync(path.join(dataDir, "install.json"))) others.push(id);
	}
	return others;
}

async function takeCacheLock(dir: string, signal: AbortSignal): Promise<() => void> {
	const fd = openSync(path.join(dir, "lock"), "a", 0o600);
	const until = Date.now() + buildWaitMs;
	while (!lockDescriptor(fd)) {
		if (Date.now() > until) {
			throw new AppError({
				code: "timeout",
				message: "Another start has been building the image for 30 minutes. Stop it, and start again.",
			});
		}
		await delay(500, undefined, { signal });
	}
	return () => closeSync(fd);
}

/** Images of definitions that nobody has started with for a month. */
async function dropUnused(dir: string, current: string): Promise<void> {
	for (const name of await readdir(dir)) {
		const file = path.join(dir, name);
		if (!name.endsWith(".tar.zst") || file === current) continue;
		if (Date.now() - (await stat(file)).mtimeMs < unusedAgeMs) continue;
		await rm(file, { force: true });
		await rm(`${file}.seconds`, { force: true });
	}
}
