/** Files in a box over one SFTP channel. Answers are untrusted: every call has a deadline and lists are cut. */
import { Readable, type Writable } from "node:stream";
import type { FileEntry, SFTPWrapper, Stats } from "ssh2";
import type { BoxFileEntry, BoxFileKind, BoxFileStat, BoxFiles } from "../domain/box-link.ts";
import { AppError } from "../domain/errors.ts";
import { type FileSession, fileChunkBytes, readFile, writeFile } from "./file-transfer.ts";
import { linkLost, linkTimeout } from "./link-errors.ts";
import type { LinkStream } from "./link-stream.ts";

const callTimeoutMs = 15_000;
/** Of a piece of a transfer: many of them are under way at a time, and each waits for those before it. */
const transferTimeoutMs = 60_000;
const entriesMax = 10_000;
/** Answers to one listing; OpenSSH gives 100 names in each, a hostile server none. */
const listAnswersMax = 1_000;

type Callback<T> = (error: Error | null | undefined, value: T) => void;

export function openBoxFiles(o: { sftp: SFTPWrapper; stream: LinkStream; cause: () => unknown }): BoxFiles {
	const { sftp, stream } = o;
	let broken: Error | null = null;
	// ssh2 reports a server that breaks the file protocol here; the calls that wait then end by the lost session.
	sftp.on("error", (error: Error) => {
		broken = error;
		sftp.end();
	});
	const cause = () => broken ?? o.cause();
	const session: FileSession = {
		sftp,
		call: (start) => withDeadline({ start, cause, stream, timeoutMs: callTimeoutMs }),
		transfer: (start) => withDeadline({ start, cause, stream, timeoutMs: transferTimeoutMs }),
		roomBelow: () => roomIn(stream),
	};
	const { call } = session;
	const told = (start: (done: (error?: Error | null) => void) => void): Promise<void> =>
		call<void>((done) => start((error) => done(error, undefined)));
	return {
		stat: async (path) => fileStat(await call<Stats>((done) => sftp.lstat(path, done))),
		follow: async (path) => fileStat(await call<Stats>((done) => sftp.stat(path, done))),
		readLink: (path) => call<string>((done) => sftp.readlink(path, done)),
		realPath: (path) => call<string>((done) => sftp.realpath(path, done)),
		list: (path) => listDirectory({ session, path }),
		read: (file): Readable =>
			Readable.from(readFile(session, file), { objectMode: false, highWaterMark: fileChunkBytes }),
		write: (file): Writable => writeFile(session, file),
		makeDirectory: (path) => told((done) => sftp.mkdir(path, done)),
		setMode: ({ path, mode }) => told((done) => sftp.chmod(path, mode, done)),
		rename: ({ from, to, keepExisting }) =>
			told((done) => (keepExisting ? sftp.rename(from, to, done) : sftp.ext_openssh_rename(from, to, done))),
		removeFile: (path) => told((done) => sftp.unlink(path, done)),
		removeDirectory: (path) => told((done) => sftp.rmdir(path, done)),
		close: () => sftp.end(),
	};
}

function withDeadline<T>(o: {
	start: (done: Callback<T>) => void;
	cause: () => unknown;
	stream: LinkStream;
	timeoutMs: number;
}): Promise<T> {
	return new Promise<T>((resolve, reject) => {
		const settle = (act: () => void) => {
			clearTimeout(timer);
			o.stream.off("close", lose);
			act();
		};
		const lose = () => settle(() => reject(linkLost(o.cause())));
		const timer = setTimeout(() => settle(() => reject(linkTimeout("a file operation"))), o.timeoutMs);
		o.stream.once("close", lose);
		try {
			if (o.stream.destroyed) throw new Error("the connection is closed");
			o.start((error, value) => settle(() => (error ? reject(fileError(error)) : resolve(value))));
		} catch (error) {
			settle(() => reject(linkLost(o.cause() ?? error)));
		}
	});
}

/** ssh2's file client does not look whether the stream below takes more: whoever sends much asks here first. */
function roomIn(stream: LinkStream): Promise<void> | null {
	if (!stream.writableNeedDrain || stream.destroyed) return null;
	return new Promise((resolve) => {
		const go = () => {
			stream.off("drain", go);
			stream.off("close", go);
			resolve();
		};
		stream.once("drain", go);
		stream.once("close", go);
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
	// OpenSSH's word for a name that is too long, and for what cannot be asked of a file of that kind.
	if (cause.code === 5) {
		return new AppError({ code: "conflict", message: "The devbox does not take that path.", cause });
	}
	return new AppError({ code: "unavailable", message: "The devbox ended the file session. Try again.", cause });
}

const endOfFile = 1;

function isEnd(error: Error & { code?: unknown }): boolean {
	return error.code === endOfFile;
}

async function listDirectory({ session, path }: { session: FileSession; path: string }) {
	const { sftp, call } = session;
	const handle = await call<Buffer>((done) => sftp.opendir(path, done));
	const entries: BoxFileEntry[] = [];
	try {
		for (let answers = 0; entries.length <= entriesMax && answers < listAnswersMax; answers += 1) {
			const batch = await call<FileEntry[] | null>((done) =>
				sftp.readdir(handle, (error, list) => (error && isEnd(error) ? done(null, null) : done(error, list))),
			);
			if (batch === null) break;
			for (const { filename, attrs } of batch) {
				if (isPlainName(filename)) entries.push({ name: filename, ...fileStat(attrs as Stats) });
			}
		}
	} finally {
		await call<void>((done) => sftp.close(handle, (error) => done(error, undefined)));
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
