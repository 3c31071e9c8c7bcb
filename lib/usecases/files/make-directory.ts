import type { FileStatResponse } from "../../contract/files.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxFiles, BoxUser } from "../../domain/box-link.ts";
import { parentOf } from "../../domain/box-path.ts";
import type { BoxDeps } from "../deps.ts";
import { about, conflict, isCode, shown } from "./file-errors.ts";
import { fileStatOf } from "./file-facts.ts";
import { withFileSession } from "./file-session.ts";

type MakeDirectoryInput = {
	params: { id: string };
	query: { user: BoxUser };
	body: { path: string; parents: boolean; mode: string };
};

export function makeDirectory(
	deps: BoxDeps,
	actor: Actor,
	{ params, query, body }: MakeDirectoryInput,
): Promise<FileStatResponse> {
	return withFileSession(deps, actor, {
		id: params.id,
		user: query.user,
		async work({ files, resolve }) {
			const path = resolve(body.path);
			if (body.parents) {
				const isMade = await makeDirectories(files, path);
				if (isMade) await files.setMode({ path, mode: Number.parseInt(body.mode, 8) });
			} else {
				await makeOne(files, path);
				await files.setMode({ path, mode: Number.parseInt(body.mode, 8) });
			}
			return fileStatOf(files, path);
		},
	});
}

async function makeOne(files: BoxFiles, path: string): Promise<void> {
	try {
		await files.makeDirectory(path);
	} catch (error) {
		if (isCode(error, "conflict") && (await isThere(files, path)))
			throw conflict(`${shown(path)} is there already.`, error);
		if (isCode(error, "not_found"))
			throw conflict(`The directory above ${shown(path)} is not there. Make it as well with parents=true.`, error);
		throw about(path, error);
	}
}

async function isThere(files: BoxFiles, path: string): Promise<boolean> {
	try {
		await files.stat(path);
		return true;
	} catch (error) {
		if (isCode(error, "not_found")) return false;
		throw error;
	}
}

/** The directory and what is missing above it; answers whether it was made now. Throws `conflict` where something else is in the way. */
export async function makeDirectories(files: BoxFiles, path: string): Promise<boolean> {
	const missing: string[] = [];
	for (let folder = path; ; folder = parentOf(folder)) {
		const found = await kindOf(files, folder);
		if (found === "directory") break;
		if (found !== null || folder === "/") throw conflict(`${shown(folder)} is not a directory.`);
		missing.push(folder);
	}
	for (const folder of missing.reverse()) {
		try {
			await files.makeDirectory(folder);
		} catch (error) {
			// Somebody else may have made it in this moment.
			if (isCode(error, "conflict") && (await kindOf(files, folder)) === "directory") continue;
			throw about(folder, error);
		}
	}
	return missing.length > 0;
}

async function kindOf(files: BoxFiles, path: string): Promise<string | null> {
	try {
		return (await files.follow(path)).kind;
	} catch (error) {
		if (isCode(error, "not_found")) return null;
		throw about(path, error);
	}
}
