/**
 * All that one ref reaches, as the two files in which git keeps it: the pack and its index. Made once for a commit, they are brought
 * into each box as they are, where nothing has to be computed again. In order: where the mirror has one pack with exactly these objects
 * (as after its first fetch), that is it, by a second name; else `pack-objects` writes one from what the mirror has, where no object
 * is compressed anew. Either is made beside its place and moved there when it is whole.
 *
 * The caller holds the mirror's lock.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../domain/errors.ts";
import { runGit } from "./server-git.ts";

/** Both files bear this name, with `.pack` and `.idx`. */
export type ReadyPack = { name: string; packBytes: number; indexBytes: number };

type Asked = {
	mirror: string;
	/** Of our folder, where what is not whole lies. */
	tmp: string;
	/** A commit, or an annotated tag. */
	objectId: string;
	packBytesMax: number;
	timeoutMs: number;
	signal: AbortSignal;
};

/** Of one mirror. Another one is a fraction of a fetch. */
const readyMax = 2;
const packName = /^(pack-[0-9a-f]{40,64})\.pack$/;

/** Puts both files into the folder `into`, which is the caller's, whatever becomes of the mirror. */
export async function takeReadyPack(o: Asked & { into: string }): Promise<ReadyPack> {
	const place = path.join(o.mirror, "ready", o.objectId);
	const name = (await packIn(place)) ?? (await makeReadyPack(o, place));
	const files = filesOf(name);
	await mkdir(o.into, { recursive: true, mode: 0o700 });
	for (const file of files) await link(path.join(place, file), path.join(o.into, file));
	const [packBytes = 0, indexBytes = 0] = await Promise.all(
		files.map(async (file) => (await stat(path.join(o.into, file))).size),
	);
	return { name, packBytes, indexBytes };
}

const filesOf = (name: string) => [`${name}.pack`, `${name}.idx`];

async function makeReadyPack(o: Asked, place: string): Promise<string> {
	const beside = path.join(o.tmp, `ready-${randomUUID()}`);
	await mkdir(beside, { mode: 0o700 });
	try {
		const name = (await linkSolePack(o, beside)) ?? (await writePack(o, beside));
		await mkdir(path.dirname(place), { recursive: true });
		await rename(beside, place);
		await removeOldest(path.dirname(place), o.objectId);
		return name;
	} finally {
		await rm(beside, { recursive: true, force: true });
	}
}

/** Null: the mirror's objects are in several packs, or they are more than the ref's. */
async function linkSolePack(o: Asked, beside: string): Promise<string | null> {
	const packs = path.join(o.mirror, "objects/pack");
	const names = (await readdir(packs)).flatMap((file) => packName.exec(file)?.[1] ?? []);
	const [name] = names;
	if (name === undefined || names.length > 1) return null;
	const counted = await git(o, ["rev-list", "--objects", "--count", o.objectId]);
	if (Number(counted.trim()) !== (await objectsOf(path.join(packs, `${name}.pack`)))) return null;
	for (const file of filesOf(name)) await link(path.join(packs, file), path.join(beside, file));
	return name;
}

async function writePack(o: Asked, beside: string): Promise<string> {
	// No window: what is not a delta yet was tried by whoever packed it first.
	const options = ["--revs", "--delta-base-offset", "--quiet", "--window=0"];
	const said = await git(o, ["pack-objects", ...options, path.join(beside, "pack")], `${o.objectId}\n`);
	return `pack-${said.trim()}`;
}

async function git(o: Asked, args: string[], stdin?: string): Promise<string> {
	const { timeoutMs, signal } = o;
	const all = ["--git-dir", o.mirror, ...args];
	const end = await runGit({ args: all, stdin, fileBytesMax: o.packBytesMax, timeoutMs, signal });
	if (end.code === 0) return end.stdout;
	throw new AppError({
		code: "unavailable",
		message: "The copy of the repository could not be read.",
		cause: end.stderr,
	});
}

/** The number in a pack's head: "PACK", version, number of objects. */
async function objectsOf(pack: string): Promise<number> {
	const file = await open(pack);
	try {
		const head = Buffer.alloc(12);
		await file.read(head, 0, head.length, 0);
		return head.readUInt32BE(8);
	} finally {
		await file.close();
	}
}

/** Null: it was not made. */
async function packIn(place: string): Promise<string | null> {
	const files = await readdir(place).catch((error: NodeJS.ErrnoException): string[] => {
		if (error.code === "ENOENT") return [];
		throw error;
	});
	const name = files.flatMap((file) => packName.exec(file)?.[1] ?? [])[0];
	return name !== undefined && files.includes(`${name}.idx`) ? name : null;
}

/** Who reads one has names of their own for its files. */
async function removeOldest(folder: string, kept: string): Promise<void> {
	const others = (await readdir(folder)).filter((name) => name !== kept);
	const dated = await Promise.all(
		others.map(async (name) => ({ name, madeAt: (await stat(path.join(folder, name))).mtimeMs })),
	);
	const surplus = dated.sort((a, b) => b.madeAt - a.madeAt).slice(readyMax - 1);
	for (const { name } of surplus) await rm(path.join(folder, name), { recursive: true, force: true });
}
