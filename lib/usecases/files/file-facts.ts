import type { FileEntryResponse, FileStatResponse } from "../../contract/files.ts";
import type { BoxFileStat, BoxFiles } from "../../domain/box-link.ts";
import { octalMode } from "../../domain/box-path.ts";
import { isCode } from "./file-errors.ts";

type FileFacts = Omit<FileEntryResponse, "name">;

/** What the API says of one file; a symlink is asked where it leads, which costs two turns to the box. */
export async function fileFacts(files: BoxFiles, o: { path: string; stat: BoxFileStat }): Promise<FileFacts> {
	const { stat } = o;
	const facts: FileFacts = {
		kind: stat.kind,
		size_bytes: stat.sizeBytes,
		mode: octalMode(stat.mode),
		modified_at: stat.modifiedAt.toISOString(),
		target: null,
		target_kind: null,
	};
	if (stat.kind !== "symlink") return facts;
	const [target, kind] = await Promise.all([files.readLink(o.path).catch(goneIsNull), kindBehind(files, o.path)]);
	return { ...facts, target, target_kind: kind };
}

export async function fileStatOf(files: BoxFiles, path: string): Promise<FileStatResponse> {
	return { path, ...(await fileFacts(files, { path, stat: await files.stat(path) })) };
}

async function kindBehind(files: BoxFiles, path: string): Promise<BoxFileStat["kind"] | null> {
	return (await files.follow(path).catch(goneIsNull))?.kind ?? null;
}

/** A symlink to nowhere, to a place that is closed to the user, or that went while it was looked at. */
function goneIsNull(error: unknown): null {
	if (isCode(error, "not_found", "forbidden", "conflict")) return null;
	throw error;
}
