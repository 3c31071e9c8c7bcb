/**
 * Builds a builtin image's root file system from the distribution's archive, without any image server: mmdebstrap installs the
 * packages, `files/` and `runtime/` are laid over them, `finish.sh` does the rest. The result is kept under the hash of its
 * definition, written by rename, so that a build killed anywhere leaves nothing that looks finished.
 */
import { createHash } from "node:crypto";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../lib/domain/errors.ts";
import { runCommand } from "../lib/process/run-command.ts";
import { readAptSources, renderDeb822 } from "./apt-sources.ts";
import { baseImage, type ImageDefinition } from "./base/definition.ts";
import { bootstrapProgress } from "./bootstrap-progress.ts";
import { placeNpmPackages } from "./npm-packages.ts";
import { placeTailscale, type TailscaleArchive } from "./tailscale-archive.ts";

export type BuiltImage = {
	/** `builtin:base@<hash>`: what engines know it by. */
	image: string;
	/** Root file system, a zstd-compressed tar. */
	rootfsPath: string;
	/** False when an earlier build was found. */
	isFresh: boolean;
};

export type BuildImageOptions = {
	name: BuiltinImageName;
	/** Where root file systems are kept: the image cache, which all installs of the machine share. */
	imagesDir: string;
	/** Null: an image without it. */
	tailscale?: TailscaleArchive | null;
	signal: AbortSignal;
	/** `fraction` is 0..1. */
	progress: (phrase: string, fraction: number) => void;
};

const builtinImages = {
	base: { definition: baseImage, folder: path.join(import.meta.dirname, "base") },
} as const satisfies Record<string, { definition: ImageDefinition; folder: string }>;

export type BuiltinImageName = keyof typeof builtinImages;

/** Raise it when the way of building changes what comes out of the same definition. */
const builderRevision = 1;
const buildTimeoutMs = 30 * 60_000;

/**
 * Finds or builds the image. Takes about a minute on 2 cores, milliseconds when it is there.
 * @throws AppError `unavailable` when the archive, mmdebstrap or the disk fails (with their last words), `timeout` when stopped.
 */
export async function buildImage(o: BuildImageOptions): Promise<BuiltImage> {
	const release = await readRelease();
	const hash = await definitionHash(o.name, release.codename, o.tailscale?.sha256);
	const image = `builtin:${o.name}@${hash}`;
	const rootfsPath = path.join(o.imagesDir, `${o.name}-${hash}.tar.zst`);
	if (await exists(rootfsPath)) return { image, rootfsPath, isFresh: false };

	await mkdir(o.imagesDir, { recursive: true, mode: 0o755 });
	await removeDeadBuilds(o.imagesDir);
	const workDir = await mkdtemp(path.join(o.imagesDir, `build-${process.pid}-`));
	try {
		await bootstrap({ ...o, workDir, codename: release.codename });
		await rename(path.join(workDir, "rootfs.tar.zst"), rootfsPath);
	} finally {
		await rm(workDir, { recursive: true, force: true, maxRetries: 3 });
	}
	o.progress("image built", 1);
	return { image, rootfsPath, isFresh: true };
}

async function bootstrap(o: BuildImageOptions & { workDir: string; codename: string }): Promise<void> {
	const { definition, folder } = builtinImages[o.name];
	await chmod(o.workDir, 0o755);
	const sourcesPath = path.join(o.workDir, "devbox.sources");
	await writeFile(sourcesPath, renderDeb822(await readAptSources({ codename: o.codename })));
	o.progress("fetching Node.js and npm", 0);
	const overlayPath = await packOverlay({ ...o, folder, definition });
	const packages = [...definition.packages, ...(await availablePackages(definition.optionalPackages, o.signal))];
	const units = [
		`MASKED=${quote(definition.maskedUnits.join(" "))}`,
		`MASKED_GENERATORS=${quote(definition.maskedGenerators.join(" "))}`,
		`DISABLED=${quote(definition.disabledUnits.join(" "))}`,
		`ENABLED=${quote(definition.enabledUnits.join(" "))}`,
	].join(" ");
	const advance = bootstrapProgress();
	await runCommand({
		command: [
			"mmdebstrap",
			"--variant=minbase",
			"--verbose",
			"--format=tar",
			`--include=${packages.join(",")}`,
			"--aptopt=APT::Install-Recommends false",
			"--dpkgopt=path-exclude=/usr/share/man/??/*",
			"--dpkgopt=path-exclude=/usr/share/info/*",
			"--dpkgopt=path-exclude=/usr/share/locale/*",
			"--dpkgopt=path-include=/usr/share/locale/locale.alias",
			"--dpkgopt=path-exclude=/usr/share/doc/*",
			"--dpkgopt=path-include=/usr/share/doc/*/copyright",
			// It would write the word "uninitialized", which systemd takes for a first boot.
			"--skip=cleanup/reproducible",
			`--customize-hook=tar-in ${quote(overlayPath)} /`,
			`--customize-hook=upload ${quote(path.join(folder, "finish.sh"))} /finish.sh`,
			`--customize-hook=${units} chroot "$1" /bin/sh /finish.sh && rm "$1/finish.sh"`,
			o.codename,
			path.join(o.workDir, "rootfs.tar"),
			sourcesPath,
		],
		env: { TMPDIR: o.workDir, LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive", ...(await aptProxy(o.signal)) },
		signal: o.signal,
		timeoutMs: buildTimeoutMs,
		onLine: (line) => {
			const step = advance(line);
			if (step) o.progress(step.phrase, step.fraction * 0.95);
		},
	});
	o.progress("compressing the image", 0.95);
	await runCommand({
		command: ["zstd", "-q", "-1", "-T0", "--rm", "-f", path.join(o.workDir, "rootfs.tar")],
		signal: o.signal,
		timeoutMs: buildTimeoutMs,
	});
}

/** The hash of everything that decides what comes out, so that a changed script makes a new image. */
export async function definitionHash(name: BuiltinImageName, codename: string, tailscale?: string): Promise<string> {
	const { definition, folder } = builtinImages[name];
	const hash = createHash("sha256");
	hash.update(JSON.stringify({ builderRevision, codename, arch: process.arch, definition }));
	hash.update(await readFile(path.join(folder, "finish.sh")));
	for (const part of ["files", "runtime"] as const) {
		for (const file of await overlayFiles(path.join(folder, part))) {
			hash.update(`\0${part}/${file.relative}\0${file.mode.toString(8)}\0`);
			hash.update(await readFile(file.absolute));
		}
	}
	if (tailscale) hash.update(`\0tailscale\0${tailscale}`);
	return hash.digest("hex").slice(0, 12);
}

type OverlayFile = { relative: string; absolute: string; mode: number };

/** Only the executable bit counts: git keeps no other, and the umask of a clone must not change an image. */
async function overlayFiles(folder: string): Promise<OverlayFile[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files: OverlayFile[] = [];
	for (const entry of entries) {
		if (!entry.isFile()) continue;
		const absolute = path.join(entry.parentPath, entry.name);
		const relative = path.relative(folder, absolute);
		if (isKeptOut(relative)) continue;
		files.push({ relative, absolute, mode: (await stat(absolute)).mode & 0o111 ? 0o755 : 0o644 });
	}
	return files.sort((a, b) => (a.relative < b.relative ? -1 : 1));
}

/** Documentation of the folder and tests beside a script stay out of the image. */
function isKeptOut(relative: string): boolean {
	return relative === "README.md" || relative.endsWith(".ts");
}

type OverlayOptions = {
	folder: string;
	definition: ImageDefinition;
	tailscale?: TailscaleArchive | null;
	workDir: string;
	signal: AbortSignal;
};

async function packOverlay({ folder, definition, tailscale, workDir, signal }: OverlayOptions): Promise<string> {
	const staging = path.join(workDir, "overlay");
	for (const [part, target] of [
		["files", ""],
		["runtime", "usr/lib/devbox"],
	] as const) {
		for (const file of await overlayFiles(path.join(folder, part))) {
			const to = path.join(staging, target, file.relative);
			await mkdir(path.dirname(to), { recursive: true, mode: 0o755 });
			await cp(file.absolute, to);
			await chmod(to, file.mode);
		}
	}
	const { npmPackages: packages } = definition;
	await placeNpmPackages({ packages, arch: process.arch, root: staging, workDir, signal });
	if (tailscale) await placeTailscale({ archive: tailscale, root: staging, workDir, signal });
	const overlayPath = path.join(workDir, "overlay.tar");
	await runCommand({
		command: [
			"tar",
			"-C",
			staging,
			"--owner=0",
			"--group=0",
			"--numeric-owner",
			"--mode=go-w,a+rX",
			"-cf",
			overlayPath,
			".",
		],
		signal,
		timeoutMs: buildTimeoutMs,
	});
	await rm(staging, { recursive: true });
	return overlayPath;
}

async function readRelease(): Promise<{ codename: string }> {
	const text = await readFile("/etc/os-release", "utf8");
	const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(text)?.[1];
	if (!codename) {
		throw new AppError({
			code: "not_supported",
			message: "Building the base image needs Debian or Ubuntu: /etc/os-release names no release.",
		});
	}
	return { codename };
}

async function availablePackages(names: readonly string[], signal: AbortSignal): Promise<string[]> {
	const found: string[] = [];
	for (const name of names) {
		const { stdout } = await runCommand({
			command: ["apt-cache", "show", "--no-all-versions", name],
			signal,
			allowedCodes: [100],
		});
		if (stdout.includes(`Package: ${name}\n`)) found.push(name);
	}
	return found;
}

/** A proxy that the host's apt uses; by environment, so that it does not end up in the image. */
async function aptProxy(signal: AbortSignal): Promise<Record<string, string>> {
	const { stdout } = await runCommand({ command: ["apt-config", "shell", "PROXY", "Acquire::http::Proxy"], signal });
	const proxy = /^PROXY='(.+)'$/m.exec(stdout)?.[1];
	return proxy ? { http_proxy: proxy } : {};
}

/** Folders of builds whose process is gone. mmdebstrap mounts in a namespace of its own, so there is nothing to unmount. */
async function removeDeadBuilds(imagesDir: string): Promise<void> {
	for (const name of await readdir(imagesDir)) {
		const pid = /^build-(\d+)-/.exec(name)?.[1];
		if (pid && !(await exists(`/proc/${pid}`))) await rm(path.join(imagesDir, name), { recursive: true, force: true });
	}
}

async function exists(file: string): Promise<boolean> {
	return stat(file).then(
		() => true,
		(error: NodeJS.ErrnoException) => {
			if (error.code === "ENOENT") return false;
			throw error;
		},
	);
}

function quote(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
