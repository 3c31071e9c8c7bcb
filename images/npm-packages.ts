/**
 * Programs of an image that come from the npm registry, as the machine's npm is configured to reach it. Fetched whole, compared with
 * the integrity that the definition pins, and unpacked: no install script runs, and nothing is resolved.
 */
import { createHash } from "node:crypto";
import { chmod, cp, lstat, mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../lib/domain/errors.ts";
import { runCommand } from "../lib/process/run-command.ts";
import type { NpmPackage, NpmSource } from "./base/definition.ts";

type PlaceOptions = {
	packages: readonly NpmPackage[];
	arch: NodeJS.Architecture;
	/** Becomes the box's root; the packages go under its usr/local. */
	root: string;
	/** A folder of ours to unpack in. */
	workDir: string;
	signal: AbortSignal;
};

const fetchTimeoutMs = 5 * 60_000;

/**
 * @throws AppError `unavailable` when the registry does not answer, or answers with something else than was pinned;
 * `not_supported` when a package is not made for this processor.
 */
export async function placeNpmPackages(o: PlaceOptions): Promise<void> {
	for (const wanted of o.packages) {
		const source = sourceFor(wanted, o.arch);
		const unpacked = await unpack(await fetchPackage(source, o), { ...o, source });
		for (const name of wanted.leaveOut) await rm(path.join(unpacked, name), { recursive: true, force: true });
		await layDown(wanted, { unpacked, prefix: path.join(o.root, "usr/local") });
	}
}

export function sourceFor(wanted: NpmPackage, arch: NodeJS.Architecture): NpmSource {
	if ("name" in wanted.from) return wanted.from;
	const source = wanted.from[arch];
	if (source) return source;
	const made = Object.keys(wanted.from).join(", ");
	throw new AppError({
		code: "not_supported",
		message: `The base image's Node.js is made for ${made}, and this machine is ${arch}.`,
	});
}

/** The package's archive, whole and as it was pinned. */
async function fetchPackage(source: NpmSource, o: PlaceOptions): Promise<string> {
	const spec = `${source.name}@${source.version}`;
	const { stdout } = await runCommand({
		command: ["npm", "pack", spec, "--ignore-scripts", "--json", "--silent", "--pack-destination", o.workDir],
		cwd: o.workDir,
		signal: o.signal,
		timeoutMs: fetchTimeoutMs,
	});
	const archive = path.join(o.workDir, packedName(stdout, spec));
	const integrity = `sha512-${createHash("sha512")
		.update(await readFile(archive))
		.digest("base64")}`;
	if (integrity === source.integrity) return archive;
	throw new AppError({
		code: "unavailable",
		message: `The registry's ${spec} is not what this release was made with (${integrity}). See which registry \`npm config get registry\` names.`,
	});
}

function packedName(stdout: string, spec: string): string {
	const name = /"filename": *"([\w.-]+\.tgz)"/.exec(stdout)?.[1];
	if (name) return name;
	throw new AppError({ code: "unavailable", message: `npm pack ${spec} named no archive: ${stdout.slice(0, 500)}` });
}

async function unpack(archive: string, o: PlaceOptions & { source: NpmSource }): Promise<string> {
	const folder = path.join(o.workDir, `${o.source.name}-${o.source.version}`);
	await mkdir(folder);
	await runCommand({
		command: ["tar", "-C", folder, "--strip-components=1", "--no-same-owner", "-xzf", archive],
		signal: o.signal,
		timeoutMs: fetchTimeoutMs,
	});
	await rm(archive);
	return folder;
}

async function layDown(wanted: NpmPackage, o: { unpacked: string; prefix: string }): Promise<void> {
	for (const part of wanted.parts) {
		const to = path.join(o.prefix, part.to);
		await mkdir(path.dirname(to), { recursive: true, mode: 0o755 });
		await cp(path.join(o.unpacked, part.path), to, { recursive: true, verbatimSymlinks: true });
		await openToAll(to);
	}
	for (const [name, target] of Object.entries(wanted.links)) {
		const link = path.join(o.prefix, name);
		await mkdir(path.dirname(link), { recursive: true, mode: 0o755 });
		await symlink(target, link);
		// What a link starts must be executable, which archives of the registry do not always say.
		await chmod(link, 0o755);
	}
}

/** Readable by everybody and writable by root alone, whatever the archive and our umask say. */
async function openToAll(file: string): Promise<void> {
	const entry = await lstat(file);
	if (entry.isSymbolicLink()) return;
	if (!entry.isDirectory()) return chmod(file, entry.mode & 0o111 ? 0o755 : 0o644);
	await chmod(file, 0o755);
	for (const name of await readdir(file)) await openToAll(path.join(file, name));
}
