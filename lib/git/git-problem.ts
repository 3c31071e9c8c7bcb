/** What git's last words mean, for whoever asked for the repository. */
import { AppError } from "../domain/errors.ts";
import type { GitEnd } from "./server-git.ts";

type Asked = { fullName: string; host: string; ref: string | null; repositoryBytesMax: number };

/** The ref that was asked for is not there; nothing else is known to be wrong. */
export function saysNoSuchRef({ stderr }: GitEnd): boolean {
	return /couldn't find remote ref|not our ref|does not allow request for unadvertised object|remote error: upload-pack: not our/i.test(
		stderr,
	);
}

/** Our own copy is at fault, as after a machine's sudden end: a lock that nobody holds, an object or a ref that is not whole. */
export function saysBrokenCopy(error: unknown): boolean {
	const said = error instanceof AppError && typeof error.cause === "string" ? error.cause : "";
	return /\.lock': File exists|cannot lock ref|not a git repository|bad object|bad revision|\bcorrupt|packfile .*(cannot be|too small|does not match|invalid)|unable to (read|parse)|did not send all necessary objects|missing (blob|tree|commit|object)|bad ref/i.test(
		said,
	);
}

export function noSuchRef({ fullName, ref }: Pick<Asked, "fullName" | "ref">): AppError {
	return new AppError({
		code: "conflict",
		message: `There is no branch, tag or commit ${JSON.stringify(ref)} in ${fullName}.`,
	});
}

/** Only `unavailable` is worth another try. */
export function gitFailure(end: GitEnd, o: Asked): AppError {
	const { stderr } = end;
	if (/No space left|Disk quota/i.test(stderr))
		return new AppError({
			code: "unavailable",
			message: "The server has no room for a copy of it. Tell an admin.",
			cause: stderr,
		});
	if (/returned error: 401|Authentication failed|could not read Username/i.test(stderr))
		return new AppError({
			code: "conflict",
			message: `${o.host} refused your connection for ${o.fullName}. Reconnect GitHub in the settings, then try again.`,
			cause: stderr,
		});
	if (/returned error: (403|404)|repository .*not found/i.test(stderr))
		return new AppError({
			code: "conflict",
			message: `${o.host} does not give ${o.fullName} to you: it is gone, or your access ended.`,
			cause: stderr,
		});
	if (/returned error: 30\d|redirect/i.test(stderr))
		return new AppError({
			code: "conflict",
			message: `${o.host} answered with a redirect, which is not followed with your credential. Use the repository's present name.`,
			cause: stderr,
		});
	if (/returned error: 429/i.test(stderr))
		return new AppError({
			code: "unavailable",
			message: `${o.host} limits how often it is asked for ${o.fullName}. Try again later.`,
			cause: stderr,
		});
	if (/Operation too slow/i.test(stderr))
		return new AppError({
			code: "unavailable",
			message: `${o.host} stopped sending ${o.fullName}, or sends too slowly. Try again later.`,
			cause: stderr,
		});
	const isAway =
		/Could not resolve|Failed to connect|Couldn't connect|timed out|Connection (refused|reset)|unreachable|No route|early EOF|RPC failed|returned error: (429|5\d\d)|unexpected disconnect|hung up|Operation too slow|transfer closed|Empty reply/i.test(
			stderr,
		);
	// What writes the pack is ended by the kernel at the limit, without a word.
	if (!isAway && /signal 25|File too large|invalid index-pack output/i.test(stderr)) return tooLarge(o);
	const words = lastWords(stderr);
	return new AppError({
		code: isAway ? "unavailable" : "conflict",
		message: isAway
			? `${o.host} could not be reached for ${o.fullName}: ${words}`
			: `git could not fetch ${o.fullName} (exit code ${end.code}): ${words}`,
		cause: stderr,
	});
}

function tooLarge({ fullName, repositoryBytesMax }: Asked): AppError {
	const gib = Math.round((repositoryBytesMax / 2 ** 30) * 10) / 10;
	return new AppError({
		code: "conflict",
		message: `${fullName} is larger than ${gib} GiB, the limit of this server.`,
	});
}

/** Without addresses: they say nothing that a name does not, and may be of our network. */
function lastWords(stderr: string): string {
	const lines = stderr.split(/[\r\n]+/).map((line) => line.trim());
	const line = lines.findLast((text) => /^(fatal|error):/.test(text)) ?? lines.findLast(Boolean) ?? "it said nothing";
	return line.replace(/https?:\/\/[^\s']+/g, "the repository").slice(0, 300);
}
