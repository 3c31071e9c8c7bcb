import type { FileEntryResponse, FileListResponse } from "../../contract/files.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxFileEntry, BoxUser } from "../../domain/box-link.ts";
import { joinPath } from "../../domain/box-path.ts";
import type { BoxDeps } from "../deps.ts";
import { about, conflict, isCode, shown } from "./file-errors.ts";
import { fileFacts } from "./file-facts.ts";
import { type FileSession, withFileSession } from "./file-session.ts";

/** Symlinks that are asked where they lead, and how many at a time; those past it have no target in the answer. */
const linksMax = 1_000;
const linksAtOnce = 32;

/** A directory's entries, by name. */
export function listFiles(
	deps: BoxDeps,
	actor: Actor,
	{ params, query }: { params: { id: string }; query: { path: string; user: BoxUser } },
): Promise<FileListResponse> {
	return withFileSession(deps, actor, {
		id: params.id,
		user: query.user,
		async work(session) {
			const path = session.resolve(query.path);
			const { entries, isTruncated } = await readDirectory(session, path);
			entries.sort((a, b) => (a.name < b.name ? -1 : 1));
			return { path, entries: await described(session, path, entries), is_truncated: isTruncated };
		},
	});
}

async function readDirectory({ files }: FileSession, path: string) {
	try {
		return await files.list(path);
	} catch (error) {
		// A file is "no such directory" to the file protocol.
		if (isCode(error, "not_found", "conflict")) {
			const found = await files.follow(path).catch(() => null);
			if (found && found.kind !== "directory") throw conflict(`${shown(path)} is not a directory.`, error);
		}
		throw about(path, error);
	}
}

async function described({ files }: FileSession, folder: string, found: BoxFileEntry[]): Promise<FileEntryResponse[]> {
	const entries: FileEntryResponse[] = [];
	let links = 0;
	for (let at = 0; at < found.length; at += linksAtOnce) {
		const batch = found.slice(at, at + linksAtOnce).map(async ({ name, ...stat }) => {
			const isAsked = stat.kind === "symlink" && ++links <= linksMax;
			const facts = await fileFacts(files, { path: joinPath(folder, name), stat: isAsked ? stat : plain(stat) });
			return { name, ...facts, kind: stat.kind };
		});
		entries.push(...(await Promise.all(batch)));
	}
	return entries;
}

/** Not asked where it leads. */
function plain<T extends { kind: string }>(stat: T): T & { kind: "other" } {
	return { ...stat, kind: "other" };
}
