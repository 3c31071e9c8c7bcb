/**
 * Where an image gets tailscale from: an archive of its static programs as Tailscale publishes them (`tailscale_<version>_<arch>.tgz`),
 * a file of this machine or an address with the checksum that it must have. Debian's archive has no such package.
 */
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../lib/domain/errors.ts";
import { runCommand } from "../lib/process/run-command.ts";

export type TailscaleArchive = { path: string; sha256: string };

const fetchTimeoutMs = 5 * 60_000;
const unpackTimeoutMs = 60_000;
/** Of 2026 they have 35 MB. */
const bytesMax = 200 * 1024 * 1024;

/**
 * `source`: an absolute path, or an http(s) address that ends in `#sha256=<hex>`. What was fetched is kept in `cacheDir`.
 * @throws AppError `invalid` for a source that is neither, `unavailable` when it cannot be had or is another than was said.
 */
export async function findTailscaleArchive(o: {
	source: string;
	cacheDir: string;
	signal: AbortSignal;
}): Promise<TailscaleArchive> {
	if (path.isAbsolute(o.source)) return ofFile(o.source);
	const [, url = "", sha256 = ""] = /^(https?:\/\/[^#\s]+)#sha256=([0-9a-f]{64})$/.exec(o.source) ?? [];
	if (!url)
		throw new AppError({
			code: "invalid",
			message: `DEVBOX_TAILSCALE wants the path of a tailscale_<version>_<arch>.tgz, or its https address with #sha256=<checksum> behind it, not ${JSON.stringify(o.source.slice(0, 200))}.`,
		});
	const kept = path.join(o.cacheDir, `tailscale-${sha256}.tgz`);
	if (await isThere(kept)) return { path: kept, sha256 };
	const bytes = await fetchBytes(url, o.signal);
	const found = sha256Of(bytes);
	if (found !== sha256)
		throw unavailable(`${url} has the checksum ${found}, not the one that DEVBOX_TAILSCALE says. It is not used.`);
	await mkdir(o.cacheDir, { recursive: true, mode: 0o755 });
	await writeFile(`${kept}.${process.pid}`, bytes);
	await rename(`${kept}.${process.pid}`, kept);
	return { path: kept, sha256 };
}

async function ofFile(file: string): Promise<TailscaleArchive> {
	try {
		return { path: file, sha256: sha256Of(await readFile(file)) };
	} catch (cause) {
		throw unavailable(
			`DEVBOX_TAILSCALE names ${file}, which cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
			cause,
		);
	}
}

async function fetchBytes(url: string, signal: AbortSignal): Promise<Buffer> {
	try {
		const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(fetchTimeoutMs)]) });
		if (!response.ok) throw unavailable(`${url} answered ${response.status}.`);
		if (Number(response.headers.get("content-length") ?? 0) > bytesMax) throw unavailable(`${url} is too large.`);
		return Buffer.from(await response.arrayBuffer());
	} catch (error) {
		if (error instanceof AppError || signal.aborted) throw error;
		throw unavailable(`${url} cannot be reached: ${(error as Error).message}.`, error);
	}
}

/** Puts both programs under `root`/usr/local/bin. @throws AppError `unavailable` for an archive without them. */
export async function placeTailscale(o: {
	archive: TailscaleArchive;
	root: string;
	workDir: string;
	signal: AbortSignal;
}): Promise<void> {
	const unpacked = path.join(o.workDir, "tailscale");
	await mkdir(unpacked);
	await runCommand({
		command: ["tar", "-xzf", o.archive.path, "-C", unpacked, "--no-same-owner"],
		signal: o.signal,
		timeoutMs: unpackTimeoutMs,
	});
	const entries = await readdir(unpacked, { recursive: true, withFileTypes: true });
	const bin = path.join(o.root, "usr/local/bin");
	await mkdir(bin, { recursive: true, mode: 0o755 });
	for (const name of ["tailscale", "tailscaled"]) {
		const found = entries.find((entry) => entry.isFile() && entry.name === name);
		if (!found) throw unavailable(`${o.archive.path} holds no ${name}: it wants the archive of the static programs.`);
		await copyFile(path.join(found.parentPath, name), path.join(bin, name));
	}
	await runCommand({ command: ["chmod", "0755", `${bin}/tailscale`, `${bin}/tailscaled`], signal: o.signal });
	await rm(unpacked, { recursive: true });
}

function sha256Of(bytes: Buffer): string {
	return createHash("sha256").update(bytes).digest("hex");
}

function isThere(file: string): Promise<boolean> {
	return stat(file).then(
		() => true,
		() => false,
	);
}

function unavailable(message: string, cause?: unknown): AppError {
	return new AppError({ code: "unavailable", message, cause });
}
