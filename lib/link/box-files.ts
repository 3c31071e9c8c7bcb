/** Files in a box over one SFTP channel. Answers are untrusted: every call has a deadline and lists are cut. */
import { Readable, Writable } from "node:stream";
import type { FileEntry, SFTPWrapper, Stats } from "ssh2";
import type { BoxFileEntry, BoxFileKind, BoxFileStat, BoxFiles } from "../domain/box-link.ts";
import { AppError } from "../domain/errors.ts";
import { linkLost, linkTimeout } from "./link-errors.ts";
import type { LinkStream } from "./link-stream.ts";

const callTimeoutMs = 15_000;
const entriesMax = 10_000;
/** Answers to one listing; OpenSSH gives 100 names in each, a hostile server none. */
const listAnswersMax = 1_000;
/** OpenSSH answers up to 256 KiB with its frame; each read costs a turn to the box and back. */
const readChunkBytes = 255 * 1024;

type Callback<T> = (error: Error | null | undefined, value: T) => void;
type Call = <T>(start: (done: Callback<T>) => void) => Promise<T>;

export function openBoxFiles(o: { sftp: SFTPWrapper; stream: LinkStream; cause: () => unknown }): BoxFiles {
	const { sftp } = o;
	let broken: Error | null = null;
	// ssh2 reports a server that breaks the file protocol here; the calls that wait then end by the lost session.
	sftp.on("error", (error: Error) => {
		broken = error;
		sftp.end();
	});
	const call: Call = (start) => withDeadline(start, () => broken ?? o.cause(), o.stream);
	return {
		stat: async (path) => fileStat(await call<Stats>((done) => sftp.lstat(path, done))),
		list: (path) => listDirectory({ sftp, call, path }),
		read: (file) =>
			Readable.from(readFile({ sftp, call, ...file }), { objectMode: false, highWaterMark: readChunkBytes }),
		write: (file) => writeFile({ sftp, call, ...file }),
		makeDirectory: (path) => call<void>((done) => sftp.mkdir(path, (error) => done(error, undefined))),
		rename: ({ from, to }) =>
			call<void>((done) => sftp.ext_openssh_rename(from, to, (error) => done(error, undefined))),
		removeFile: (path) => call<void>((done) => sftp.unlink(path, (error) => done(error, undefined))),
		removeDirectory: (path) => call<void>((done) => sftp.rmdir(path, (error) => done(error, undefined))),
		close: () => sftp.end(),
	};
}

function withDeadline<T>(start: (done: Callback<T>) => void, cause: () => unknown, stream: LinkStream): Promise<T> {
	return new Promise<T>((resolve, reject) => {
		const settle = (act: () => void) => {
			clearTimeout(timer);
			stream.off("close", lose);
			act();
		};
		const lose = () => settle(() => reject(linkLost(cause())));
		const timer = setTimeout(() => settle(() => reject(linkTimeout("a file operation"))), callTimeoutMs);
		stream.once("close", lose);
		try {
			start((error, value) => settle(() => (error ? reject(fileError(error)) : resolve(value))));
		} catch (error) {
			settle(() => reject(linkLost(error)));
		}
	});
}

/** SFTP status codes, draft-ietf-secsh-filexfer-02 section 7. */
function fileError(cause: Error & { code?: unknown }): AppError {
	if (cause.code === 2)
		return new AppError({ code: "not_found", message: "There is no such file in the devbox.", cause });
	if (cause.code === 3) {
		return new AppError({ code: "forbidden", message: "The devbox's user may not touch that file.", cause });
	}
	if (cause.code === 4) {
		return new AppError({
			code: "conflict",
			message:
				"The devbox could not do that: the file may exist, the directory may not be empty, or the disk may be full.",
			cause,
		});
	}
	return new AppError({ code: "unavailable", message: "The devbox ended the file session. Try again.", cause });
}

const endOfFile = 1;

function isEnd(error: Error & { code?: unknown }): boolean {
	return error.code === endOfFile;
}

async function listDirectory(o: { sftp: SFTPWrapper; call: Call; path: string }) {
	const handle = await o.call<Buffer>((done) => o.sftp.opendir(o.path, done));
	const entries: BoxFileEntry[] = [];
	try {
		for (let answers = 0; entries.length <= entriesMax && answers < listAnswersMax; answers += 1) {
			const batch = await o.call<FileEntry[] | null>((done) =>
				o.sftp.readdir(handle, (error, list) => (error && isEnd(error) ? done(null, null) : done(error, list))),
			);
			if (batch === null) break;
			for (const { filename, attrs } of batch) {
				if (isPlainName(filename)) entries.push({ name: filename, ...fileStat(attrs as Stats) });
			}
		}
	} finally {
		await o.call<void>((done) => o.sftp.close(handle, (error) => done(error, undefined)));
	}
	return { entries: entries.slice(0, entriesMax), isTruncated: entries.length > entriesMax };
}

/** A name that a directory can hold; anything else would be a path of the box's choosing. */
function isPlainName(name: string): boolean {
	return name !== "" && name !== "." && name !== ".." && !name.includes("/") && !name.includes("\0");
}

/** File types as in stat(2). A Map, since biome 2.6.8 rewrites octal property keys to other numbers. */
const kinds = new Map<number, BoxFileKind>([
	[0o100000, "file"],
	[0o040000, "directory"],
	[0o120000, "symlink"],
]);

function fileStat(attrs: Pick<Stats, "mode" | "size" | "mtime">): BoxFileStat {
	const mode = Number.isInteger(attrs.mode) ? attrs.mode : 0;
	return {
		kind: kinds.get(mode & 0o170000) ?? "other",
		sizeBytes: Number.isSafeInteger(attrs.size) && attrs.size >= 0 ? attrs.size : 0,
		mode: mode & 0o7777,
		modifiedAt: new Date((Number.isFinite(attrs.mtime) ? attrs.mtime : 0) * 1000),
	};
}

async function* readFile(o: { sftp: SFTPWrapper; call: Call; path: string; start?: number; end?: number }) {
	const handle = await o.call<Buffer>((done) => o.sftp.open(o.path, "r", done));
	try {
		let position = o.start ?? 0;
		const last = o.end ?? Number.POSITIVE_INFINITY;
		while (position <= last) {
			const wanted = Math.min(readChunkBytes, last - position + 1);
			const chunk = await o.call<Buffer | null>((done) =>
				o.sftp.read(handle, Buffer.allocUnsafe(wanted), 0, wanted, position, (error, bytes, buffer) =>
					error && isEnd(error) ? done(null, null) : done(error, buffer?.subarray(0, Math.min(bytes, wanted))),
				),
			);
			if (chunk === null || chunk.length === 0) return;
			position += chunk.length;
			yield chunk;
		}
	} finally {
		await o.call<void>((done) => o.sftp.close(handle, (error) => done(error, undefined)));
	}
}

function writeFile(o: { sftp: SFTPWrapper; call: Call; path: string; mode?: number }): Writable {
	const opened = o.call<Buffer>((done) => o.sftp.open(o.path, "w", { mode: o.mode ?? 0o644 }, done));
	// Reported by the first write, or by the end.
	opened.catch(() => undefined);
	let position = 0;
	const close = async () => {
		const handle = await opened;
		await o.call<void>((done) => o.sftp.close(handle, (error) => done(error, undefined)));
	};
	let isClosed = false;
	return new Writable({
		highWaterMark: 256 * 1024,
		async write(chunk: Buffer, _encoding, done) {
			try {
				const handle = await opened;
				await o.call<void>((answer) =>
					o.sftp.write(handle, chunk, 0, chunk.length, position, (error) => answer(error, undefined)),
				);
				position += chunk.length;
				done();
			} catch (error) {
				done(error as Error);
			}
		},
		final(done) {
			isClosed = true;
			close().then(() => done(), done);
		},
		destroy(error, done) {
			if (isClosed) {
				done(error);
				return;
			}
			// The first error is the one to tell; a session that is gone has closed the file by itself.
			close().then(
				() => done(error),
				(closeError: Error) => done(error ?? closeError),
			);
		},
	});
}
