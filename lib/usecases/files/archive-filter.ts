/**
 * A tar archive taken apart and put together again, entry by entry: what comes out was written here, and holds only what
 * `ArchiveJudge` lets pass. Nothing is held but the chunk at hand and the names of links.
 */
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import * as tar from "tar-stream";
import { AppError } from "../../domain/errors.ts";
import { type ArchiveEntry, ArchiveJudge } from "./archive-entry.ts";
import { invalidAt, shown } from "./file-errors.ts";

export type ArchiveCounts = { entries: number; sizeBytes: number; omitted: number };

export type ArchiveFilter = {
	output: AsyncIterable<Buffer>;
	/** After the end of `output`. */
	counts: ArchiveCounts;
};

const entriesMax = 1_000_000;
const blockBytes = 512;
const gatheredBytes = 64 * 1024;

/** Names are judged as the bytes that they are: the library's types leave the option out. */
const readingBytes: Parameters<typeof tar.extract>[0] & { filenameEncoding: string } = { filenameEncoding: "latin1" };

type FilterInput = {
	source: AsyncIterable<Buffer>;
	/** What may not pass ends it all (`refuse`), or is left out and counted (`omit`). */
	unfit: "refuse" | "omit";
};

/** Throws from `output`: AppError `invalid` for what is no whole archive or may not pass, `too_large`, and what `source` throws. */
export function filterArchive(o: FilterInput): ArchiveFilter {
	const counts: ArchiveCounts = { entries: 0, sizeBytes: 0, omitted: 0 };
	return { counts, output: gathered(filtered(o, counts)) };
}

/** An archive of small files comes in blocks of 512 bytes, and each chunk costs a packet or a system call further on. */
async function* gathered(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	let held: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of chunks) {
		held.push(chunk);
		bytes += chunk.length;
		if (bytes < gatheredBytes) continue;
		yield held.length === 1 ? chunk : Buffer.concat(held);
		held = [];
		bytes = 0;
	}
	if (bytes > 0) yield Buffer.concat(held);
}

async function* filtered(o: FilterInput, counts: ArchiveCounts): AsyncGenerator<Buffer> {
	const extract = tar.extract(readingBytes);
	const pack = tar.pack();
	// Told by whoever waits on them.
	extract.on("error", () => undefined);
	pack.on("error", () => undefined);
	const stop = (error: Error | null) => {
		extract.destroy(error);
		pack.destroy(error);
	};
	let failure: unknown = null;
	const fail = (error: unknown) => {
		failure ??= error;
		stop(error as Error);
	};
	const work = Promise.all([feed(o.source, extract).catch(fail), copy({ extract, pack, counts, ...o }).catch(fail)]);
	try {
		for await (const chunk of pack) yield chunk as Buffer;
		await work;
	} catch (error) {
		throw failure ?? error;
	} finally {
		stop(null);
		await work;
	}
	if (failure) throw failure;
}

/** An archive that lacks its end was cut, even where the cut fell between two entries. */
async function feed(source: AsyncIterable<Buffer>, extract: tar.Extract): Promise<void> {
	let tail = Buffer.alloc(0);
	for await (const chunk of source) {
		tail = Buffer.from(chunk.length >= blockBytes ? chunk.subarray(-blockBytes) : last(tail, chunk));
		if (extract.destroyed) return;
		if (!extract.write(chunk)) await roomIn(extract);
	}
	if (tail.length < blockBytes || tail.some((byte) => byte !== 0))
		throw notAnArchive("It ends too early: it was cut, or is no tar archive.");
	extract.end(undefined);
}

type Sink = {
	once(event: "drain" | "close", listener: () => void): unknown;
	off(event: "drain" | "close", listener: () => void): unknown;
	destroyed: boolean;
};

/** Also when it can never have room again: what is written then says so. */
function roomIn(sink: Sink): Promise<void> {
	return new Promise((resolve) => {
		const go = () => {
			sink.off("drain", go);
			sink.off("close", go);
			resolve();
		};
		if (sink.destroyed) return resolve();
		sink.once("drain", go);
		sink.once("close", go);
	});
}

function last(tail: Buffer, chunk: Buffer): Buffer {
	return Buffer.concat([tail, chunk]).subarray(-blockBytes);
}

type CopyInput = { extract: tar.Extract; pack: tar.Pack; counts: ArchiveCounts; unfit: FilterInput["unfit"] };

async function copy(o: CopyInput): Promise<void> {
	const judge = new ArchiveJudge();
	try {
		for await (const read of o.extract) {
			o.counts.entries += 1;
			if (o.counts.entries > entriesMax) throw new RangeError(`more than ${entriesMax} entries`);
			const verdict = judge.judge(read.header);
			if ("entry" in verdict) {
				o.counts.sizeBytes += verdict.entry.size;
				await writeEntry(o.pack, verdict.entry, read);
			} else if (o.unfit === "omit") {
				o.counts.omitted += 1;
				read.resume();
			} else {
				throw unfitEntry(read.header.name, verdict.problem);
			}
		}
	} catch (error) {
		if (error instanceof AppError) throw error;
		if (error instanceof RangeError)
			throw new AppError({ code: "too_large", message: `The archive is too large: ${error.message}.`, cause: error });
		throw notAnArchive("It is damaged, cut, or no tar archive.", error);
	}
	o.pack.finalize();
}

async function writeEntry(
	pack: tar.Pack,
	entry: ArchiveEntry,
	content: AsyncIterable<unknown> & { resume(): unknown },
): Promise<void> {
	const { promise: done, resolve, reject } = Promise.withResolvers<void>();
	done.catch(() => undefined);
	const sink = pack.entry(
		{
			...entry,
			name: entry.type === "directory" ? `${entry.name}/` : entry.name,
			// With the bits of a regular file, since the library takes 0 for a mode that was left out.
			mode: entry.mode | 0o100000,
		},
		(error) => (error ? reject(error) : resolve()),
	);
	sink.on("error", () => undefined);
	if (entry.type === "file") {
		for await (const chunk of content) if (!sink.write(chunk)) await roomIn(sink);
	} else content.resume();
	sink.end(undefined);
	await done;
}

function unfitEntry(name: string, problem: string): AppError {
	const readable = Buffer.from(name, "latin1").toString("utf8");
	return invalidAt(["body"], `The archive's entry ${shown(readable)} ${problem}. Nothing was unpacked.`);
}

function notAnArchive(message: string, cause?: unknown): AppError {
	const fields = [{ loc: ["body"], msg: message, type: "value_error" }];
	return new AppError({ code: "invalid", message, fields, cause });
}

/** The source, or what it is when unpacked if it is gzipped: told by its first two bytes. */
export async function* gunzipped(source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
	let head = Buffer.alloc(0);
	while (head.length < 2) {
		const { value, done } = await source.next();
		if (done) break;
		head = Buffer.concat([head, value]);
	}
	async function* whole() {
		if (head.length > 0) yield head;
		yield* source;
	}
	if (head[0] !== 0x1f || head[1] !== 0x8b) {
		yield* whole();
		return;
	}
	const gunzip = createGunzip();
	const feeding = pipeline(whole, gunzip);
	// Told by reading what it feeds.
	feeding.catch(() => undefined);
	try {
		for await (const chunk of gunzip) yield chunk as Buffer;
	} catch (error) {
		if (String((error as { code?: unknown }).code).startsWith("Z_"))
			throw notAnArchive("The gzip compression of the archive is damaged, or it was cut.", error);
		throw error;
	}
}
