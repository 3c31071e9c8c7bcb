/** Which kind of error stands between a request and its file, in words that say what to do. Names are shown escaped and cut. */
import { AppError, type ErrorCode } from "../../domain/errors.ts";

export function isCode(error: unknown, ...codes: ErrorCode[]): error is AppError {
	return error instanceof AppError && codes.includes(error.code);
}

/** A path for a message: one line, at most 200 characters. */
export function shown(path: string): string {
	const quoted = JSON.stringify(path.length > 200 ? `${path.slice(0, 199)}…` : path);
	return quoted.slice(1, -1);
}

export function conflict(message: string, cause?: unknown): AppError {
	return new AppError({ code: "conflict", message, cause });
}

export function isDirectory(path: string): AppError {
	return conflict(`${shown(path)} is a directory. Download it as an archive, or name a file in it.`);
}

/** The query's or body's field at fault. */
export function invalidAt(loc: string[], message: string): AppError {
	return new AppError({ code: "invalid", message, fields: [{ loc, msg: message, type: "value_error" }] });
}

/** Says which path it was that the box refused. */
export function about(path: string, error: unknown): unknown {
	if (isCode(error, "not_found"))
		return new AppError({ code: "not_found", message: `There is no ${shown(path)} in the devbox.`, cause: error });
	if (isCode(error, "forbidden"))
		return new AppError({
			code: "forbidden",
			message: `The devbox's user may not touch ${shown(path)}. Ask with user=root where that is meant.`,
			cause: error,
		});
	return error;
}

/** The box's stderr told in words: the last of it, escaped. */
export function toldBy(stderr: string): string {
	const lines = stderr.trim().split("\n");
	const line = lines.findLast((each) => !each.includes("Exiting with failure status")) ?? "";
	return shown(line);
}

/** The last is GNU tar's, which then does not say why. */
const fullDisk = /No space left on device|Disk quota exceeded|File too large|Wrote only \d+ of \d+ bytes/i;

/** A program in the box that ended with an error. */
export function failedInBox(o: { what: string; stderr: string; code: number | null }): AppError {
	if (fullDisk.test(o.stderr)) return diskFull(o.what);
	if (/Permission denied|Operation not permitted|Read-only file system/i.test(o.stderr))
		return new AppError({ code: "forbidden", message: `${o.what}: ${toldBy(o.stderr)}` });
	if (o.code === 127)
		return conflict(`${o.what}: the devbox's image lacks a program that this needs (${toldBy(o.stderr)}).`);
	return conflict(`${o.what}: ${toldBy(o.stderr) || "the devbox could not do it"}`);
}

export function diskFull(what: string): AppError {
	return conflict(`${what}: the devbox's disk is full, or a quota is used up. Make room in it and try again.`);
}
