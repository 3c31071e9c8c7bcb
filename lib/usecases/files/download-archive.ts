import type { Actor } from "../../domain/actor.ts";
import type { BoxChannel, BoxUser } from "../../domain/box-link.ts";
import { nameOf } from "../../domain/box-path.ts";
import { uploadPattern } from "../../domain/upload-path.ts";
import type { BoxDeps } from "../deps.ts";
import { filterArchive } from "./archive-filter.ts";
import { scriptCommand, scriptEnvironment } from "./box-script.ts";
import { about, conflict, failedInBox, shown } from "./file-errors.ts";
import { withFileSession } from "./file-session.ts";

export type ArchiveDownload = {
	/** Of the directory; empty for `/`. */
	name: string;
	/** Throws when the archive could not be made to its end. */
	chunks: AsyncIterable<Buffer>;
	/** After the end: entries that were left out, be it that the box could not read them or that they do not belong in an archive. */
	omitted(): number;
	close(): void;
};

// What the user may not read is left out with a warning, a file that changes meanwhile is taken as it was met, and what is mounted
// inside (/proc, say) stays out.
const packScript = `exec tar --create --file=- --format=gnu --one-file-system --ignore-failed-read --exclude="${uploadPattern}" --directory="$DEVBOX_PATH" -- . </dev/null`;
/** tar's own: some files changed while they were read. */
const someChangedCode = 1;

export function openArchiveDownload(
	deps: BoxDeps,
	actor: Actor,
	o: { params: { id: string }; query: { path: string; user: BoxUser }; signal: AbortSignal },
): Promise<ArchiveDownload> {
	return withFileSession(deps, actor, {
		id: o.params.id,
		user: o.query.user,
		signal: o.signal,
		async work({ files, link, resolve }) {
			const path = resolve(o.query.path);
			const { kind } = await files.follow(path).catch((error) => {
				throw about(path, error);
			});
			if (kind !== "directory") throw conflict(`${shown(path)} is not a directory. Download it as a file.`);
			// Opened now, so that a directory that is closed to the user is told before the first byte is sent.
			await files.list(path).catch((error) => {
				throw about(path, error);
			});
			const env = scriptEnvironment(packScript, { DEVBOX_PATH: path });
			const channel = await link.open({ command: scriptCommand, env, signal: o.signal });
			return downloadOf(channel, nameOf(path));
		},
	});
}

function downloadOf(channel: BoxChannel, name: string): ArchiveDownload {
	const warnings = readWarnings(channel);
	channel.stdio.end();
	const filter = filterArchive({ source: channel.stdio, unfit: "omit" });
	async function* chunks() {
		yield* filter.output;
		const { code } = await channel.exit;
		if (code === 0 || code === someChangedCode) return;
		throw failedInBox({ what: "The archive could not be made", stderr: warnings.last(), code });
	}
	return {
		name,
		chunks: chunks(),
		omitted: () => filter.counts.omitted + warnings.count(),
		close: () => channel.close(),
	};
}

const lineBytesMax = 4096;

/** tar writes one line for each file that it left out or met in motion, with line ends in names escaped. */
function readWarnings(channel: BoxChannel) {
	let lines = 0;
	let last = Buffer.alloc(0);
	channel.stderr.on("data", (chunk: Buffer) => {
		for (const byte of chunk) if (byte === 0x0a) lines += 1;
		last = Buffer.concat([last, chunk]).subarray(-lineBytesMax);
	});
	return { count: () => lines, last: () => last.toString("utf8") };
}
