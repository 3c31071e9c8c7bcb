/**
 * What of a mirror one box is given. With all of its history: the ready pack of the asked ref, as it is. With a part of it: what
 * upload-pack makes of a bare repository of the box's own, which borrows the mirror's objects and has the asked ref alone; it speaks the
 * first version of its protocol, which hands out nothing that no shown ref reaches.
 */
import { createReadStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Duplex, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../domain/errors.ts";
import type { ReadyPack } from "./ready-pack.ts";
import { killGit, spawnGit } from "./server-git.ts";

/** `name` without `refs/heads/` or `refs/tags/`; `objectId` is null in a repository without commits. */
export type OfferedRef =
	| { kind: "branch"; name: string; objectId: string; commit: string }
	| { kind: "tag"; name: string; objectId: string; commit: string }
	| { kind: "commit"; name: null; objectId: string; commit: string }
	| { kind: "empty"; name: string; objectId: null; commit: null };

const silenceSecondsMax = 120;
const chunkBytes = 256 * 1024;

/** Lays it out in `folder`. */
export async function writeOffer(o: { folder: string; mirror: string; ref: OfferedRef }): Promise<void> {
	const { folder, mirror, ref } = o;
	await mkdir(path.join(folder, "objects/info"), { recursive: true, mode: 0o700 });
	await mkdir(path.join(folder, "refs"));
	const file = (name: string, text: string) => writeFile(path.join(folder, name), text);
	await file("config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
	await file("objects/info/alternates", `${path.join(mirror, "objects")}\n`);
	if (ref.kind === "branch") await file("packed-refs", `${ref.objectId} refs/heads/${ref.name}\n`);
	if (ref.kind === "tag") await file("packed-refs", `${ref.objectId} refs/tags/${ref.name}\n`);
	const isUnborn = ref.kind === "branch" || ref.kind === "empty";
	await file("HEAD", isUnborn ? `ref: refs/heads/${ref.name}\n` : `${ref.commit}\n`);
}

export async function removeOffer(folder: string): Promise<void> {
	await rm(folder, { recursive: true, force: true });
}

/**
 * Sends a ready pack's files over the stream, its index first, and ends it. `onBytes` is told how many went so far. Answers how many
 * went to the box.
 */
export async function sendPack(o: {
	folder: string;
	pack: ReadyPack;
	stream: Duplex;
	signal: AbortSignal;
	onBytes: (bytes: number) => void;
}): Promise<number> {
	const { folder, pack, stream, signal } = o;
	let bytes = 0;
	const send = async (file: string, isLast: boolean) => {
		const counter = new Transform({
			highWaterMark: chunkBytes,
			transform(chunk: Buffer, _encoding, done) {
				bytes += chunk.length;
				o.onBytes(bytes);
				done(null, chunk);
			},
		});
		const from = createReadStream(path.join(folder, file), { highWaterMark: chunkBytes });
		await pipeline(from, counter, stream, { signal, end: isLast });
	};
	// The command in the box says nothing; its end is read so that the channel can close.
	stream.resume();
	try {
		await send(`${pack.name}.idx`, false);
		await send(`${pack.name}.pack`, true);
		return bytes;
	} catch (error) {
		signal.throwIfAborted();
		throw new AppError({ code: "unavailable", message: "The connection into the devbox was lost.", cause: error });
	}
}

/** Serves one fetch over the stream, and ends it. Answers how many bytes went to the box. */
export async function serveOffer(o: { folder: string; stream: Duplex; signal: AbortSignal }): Promise<number> {
	o.signal.throwIfAborted();
	const child = spawnGit({ args: ["upload-pack", "--strict", `--timeout=${silenceSecondsMax}`, o.folder] });
	const { stdin, stdout, stderr } = child;
	if (!stdin || !stdout || !stderr) throw new Error("git has no pipes");
	const kill = () => killGit(child);
	o.signal.addEventListener("abort", kill, { once: true });
	let bytes = 0;
	let said = "";
	stdout.on("data", (chunk: Buffer) => {
		bytes += chunk.length;
	});
	stderr.setEncoding("utf8").on("data", (text: string) => {
		said = (said + text).slice(-2_000);
	});
	const exit = new Promise<number | null>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", resolve);
	});
	// It is asked for later; that it could not be started ends the pipe as well.
	exit.catch(() => undefined);
	// A box that hangs up closes this pipe first; what matters is the exit.
	stdin.on("error", () => undefined);
	o.stream.pipe(stdin);
	o.stream.once("close", kill);
	try {
		await pipeline(stdout, o.stream).catch((error: unknown) => {
			kill();
			throw new AppError({ code: "unavailable", message: "The connection into the devbox was lost.", cause: error });
		});
		const code = await exit;
		o.signal.throwIfAborted();
		if (code === 0) return bytes;
		throw new AppError({ code: "unavailable", message: "The copy of the repository could not be read.", cause: said });
	} finally {
		o.signal.removeEventListener("abort", kill);
		o.stream.off("close", kill);
		o.stream.unpipe(stdin);
		kill();
	}
}
