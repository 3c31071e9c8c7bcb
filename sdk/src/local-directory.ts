/** A directory of this machine as a tar stream, and back. What comes from a devbox is not trusted: nothing is written outside. */
import { asDevboxError, DevboxError } from "./devbox-error.ts";
import { nodeBuiltin } from "./node-builtin.ts";
import { readChunks } from "./sse.ts";
import { encodeTarHeader, type TarEntry, tarEnd, tarPadding } from "./tar-header.ts";
import { readTar, type TarMember } from "./tar-reader.ts";

type FileSystem = typeof import("node:fs/promises");
type Stats = import("node:fs").Stats;

export type ExtractResult = {
	/** Files, directories and links that were written. */
	entries: number;
	/** Of the files, together. */
	sizeBytes: number;
	/** Names that were left out: what leads outside, devices, links to nowhere in it. */
	omitted: string[];
};

const readBytes = 256 * 1024;
const bytesMaxDefault = 64 * 1024 ** 3;
const entriesMax = 5_000_000;

const fileSystem = () => nodeBuiltin<FileSystem>("node:fs/promises", "Copying a directory");

/** What is left out is added to `omitted`. Throws `not_found`, and `conflict` for a file that changes while it is read. */
export async function* packDirectory(root: string, omitted: string[]): AsyncGenerator<Uint8Array> {
	const fs = fileSystem();
	const stats = await fs.stat(root).catch((error) => {
		throw new DevboxError({ code: "not_found", detail: `There is no directory ${root} here.`, cause: error });
	});
	if (!stats.isDirectory()) throw new DevboxError({ code: "conflict", detail: `${root} is no directory.` });
	yield* packChildren({ fs, root, omitted }, "");
	yield tarEnd;
}

type Packing = { fs: FileSystem; root: string; omitted: string[] };

async function* packChildren(packing: Packing, directory: string): AsyncGenerator<Uint8Array> {
	const names = await packing.fs.readdir(`${packing.root}/${directory}`);
	for (const child of names.sort()) yield* packEntry(packing, directory ? `${directory}/${child}` : child);
}

async function* packEntry(packing: Packing, name: string): AsyncGenerator<Uint8Array> {
	const { fs, root, omitted } = packing;
	const stats = await fs.lstat(`${root}/${name}`);
	const entry = { name, mode: stats.mode & 0o7777, modifiedAtSeconds: stats.mtimeMs / 1000, target: "", sizeBytes: 0 };
	if (stats.isDirectory()) {
		yield* encodeTarHeader({ ...entry, kind: "directory" });
		yield* packChildren(packing, name);
	} else if (stats.isSymbolicLink()) {
		const target = await fs.readlink(`${root}/${name}`);
		if (leadsInside(name, target)) yield* encodeTarHeader({ ...entry, kind: "symlink", mode: 0o777, target });
		else omitted.push(name);
	} else if (stats.isFile()) {
		yield* packFile(packing, { ...entry, sizeBytes: stats.size });
	} else omitted.push(name);
}

async function* packFile({ fs, root }: Packing, entry: Omit<TarEntry, "kind">): AsyncGenerator<Uint8Array> {
	const file = await fs.open(`${root}/${entry.name}`);
	try {
		yield* encodeTarHeader({ ...entry, kind: "file" });
		for (let left = entry.sizeBytes; left > 0; ) {
			const { bytesRead, buffer } = await file.read(new Uint8Array(Math.min(readBytes, left)));
			if (bytesRead === 0)
				throw new DevboxError({
					code: "conflict",
					detail: `${entry.name} became shorter while it was read. Try again.`,
				});
			left -= bytesRead;
			yield buffer.subarray(0, bytesRead);
		}
		yield tarPadding(entry.sizeBytes);
	} finally {
		await file.close();
	}
}

/** Whether a symlink called `name` that says `target` stays in the directory that the names are relative to. */
export function leadsInside(name: string, target: string): boolean {
	if (target === "" || target.startsWith("/") || target.includes("\0")) return false;
	let depth = name.split("/").length - 1;
	for (const part of target.split("/")) {
		if (part === "..") depth--;
		else if (part !== "" && part !== ".") depth++;
		if (depth < 0) return false;
	}
	return true;
}

/**
 * Writes an archive into `root`, which must be empty or not there unless told to `merge`. Symlinks are made last, so that no entry is
 * written through one; one that was there before is never followed.
 */
export async function extractDirectory(
	tar: ReadableStream<Uint8Array>,
	root: string,
	o: { ifExists: "fail" | "merge"; bytesMax?: number },
): Promise<ExtractResult> {
	const fs = fileSystem();
	const bytesMax = o.bytesMax ?? bytesMaxDefault;
	const extraction = createExtraction(fs, root);
	try {
		await prepareRoot(fs, root, o.ifExists);
		for await (const member of readTar(readChunks(tar))) {
			await extraction.take(member);
			const { sizeBytes, entries } = extraction.result;
			if (sizeBytes > bytesMax || entries > entriesMax)
				throw new DevboxError({ code: "too_large", detail: `The directory has more than ${bytesMax} bytes.` });
		}
		await extraction.finish();
	} catch (error) {
		throw error instanceof Error && "syscall" in error ? localError(error) : asDevboxError(error);
	}
	return extraction.result;
}

function localError(cause: Error): DevboxError {
	return new DevboxError({
		code: "conflict",
		detail: `The directory could not be written here: ${cause.message}`,
		cause,
	});
}

async function prepareRoot(fs: FileSystem, root: string, ifExists: "fail" | "merge"): Promise<void> {
	await fs.mkdir(root, { recursive: true });
	if (ifExists === "merge" || (await fs.readdir(root)).length === 0) return;
	const detail = `${root} is not empty. Choose another directory, or merge into it with ifExists: "merge".`;
	throw new DevboxError({ code: "conflict", detail });
}

function createExtraction(fs: FileSystem, root: string) {
	const result: ExtractResult = { entries: 0, sizeBytes: 0, omitted: [] };
	/** Directories of which it is known that they are real ones. */
	const real = new Set<string>([""]);
	const symlinks = new Map<string, string>();
	const directoryModes = new Map<string, number>();
	const at = (name: string) => `${root}/${name}`;

	/** Makes the directories above; false when something that is no directory is in the way. */
	async function makeParents(name: string): Promise<boolean> {
		const parts = name.split("/").slice(0, -1);
		for (let count = 1; count <= parts.length; count++) {
			if (!(await makeDirectory(parts.slice(0, count).join("/")))) return false;
		}
		return true;
	}

	async function makeDirectory(name: string): Promise<boolean> {
		if (real.has(name)) return true;
		const stats = await lstatOrNull(fs, at(name));
		if (stats && !stats.isDirectory()) return false;
		// Closed modes come at the end, when nothing needs to be written into it any more.
		if (!stats) await fs.mkdir(at(name), { mode: 0o700 });
		real.add(name);
		return true;
	}

	/** False when a directory is there. */
	async function clear(name: string): Promise<boolean> {
		const stats = await lstatOrNull(fs, at(name));
		if (stats?.isDirectory()) return false;
		if (stats) await fs.unlink(at(name));
		return true;
	}

	async function write(member: TarMember, name: string): Promise<boolean> {
		if (member.kind === "directory") {
			if (!(await makeDirectory(name))) return false;
			directoryModes.set(name, member.mode & 0o777);
			return true;
		}
		if (member.kind === "symlink") {
			if (!leadsInside(name, member.target)) return false;
			symlinks.set(name, member.target);
			return true;
		}
		if (member.kind === "other" || !(await clear(name))) return false;
		symlinks.delete(name);
		if (member.kind === "link") return linkTo(member.target, name);
		await writeFile(member, name);
		return true;
	}

	async function linkTo(target: string, name: string): Promise<boolean> {
		const first = safeName(target);
		if (!first || !(await makeParents(first))) return false;
		const stats = await lstatOrNull(fs, at(first));
		if (!stats?.isFile()) return false;
		await fs.link(at(first), at(name));
		return true;
	}

	async function writeFile(member: TarMember, name: string): Promise<void> {
		// `wx`: made here and now, so that it cannot be a link to somewhere else. Set-user-id bits do not come along.
		const file = await fs.open(at(name), "wx", 0o600);
		try {
			for await (const chunk of member.body) await file.write(chunk);
			await file.chmod(member.mode & 0o777);
			await file.utimes(member.modifiedAtSeconds, member.modifiedAtSeconds);
		} finally {
			await file.close();
		}
	}

	return {
		result,
		async take(member: TarMember): Promise<void> {
			const name = safeName(member.name);
			if (name === "") return;
			if (name === null || !(await makeParents(name)) || !(await write(member, name))) {
				result.omitted.push(member.name);
				return;
			}
			result.entries++;
			if (member.kind === "file") result.sizeBytes += member.sizeBytes;
		},
		async finish(): Promise<void> {
			for (const [name, target] of symlinks) {
				if (await clear(name)) await fs.symlink(target, at(name));
				else result.omitted.push(name);
			}
			// Deepest first: a directory that may not be entered any more holds no open work.
			const deepestFirst = [...directoryModes].sort(([a], [b]) => b.split("/").length - a.split("/").length);
			for (const [name, mode] of deepestFirst) if (real.has(name)) await fs.chmod(at(name), mode);
		},
	};
}

/** Relative and without `.`; empty for the directory itself; null for what leads out of it or is no name. */
export function safeName(name: string): string | null {
	if (name.startsWith("/") || name.includes("\0") || name.includes("\\")) return null;
	const parts = name.split("/").filter((part) => part !== "" && part !== ".");
	return parts.includes("..") ? null : parts.join("/");
}

async function lstatOrNull(fs: FileSystem, path: string): Promise<Stats | null> {
	try {
		return await fs.lstat(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}
