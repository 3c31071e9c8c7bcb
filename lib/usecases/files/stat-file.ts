import type { FileStatResponse } from "../../contract/files.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxUser } from "../../domain/box-link.ts";
import type { BoxDeps } from "../deps.ts";
import { about } from "./file-errors.ts";
import { fileStatOf } from "./file-facts.ts";
import { withFileSession } from "./file-session.ts";

export function statFile(
	deps: BoxDeps,
	actor: Actor,
	{ params, query }: { params: { id: string }; query: { path: string; user: BoxUser } },
): Promise<FileStatResponse> {
	return withFileSession(deps, actor, {
		id: params.id,
		user: query.user,
		async work({ files, resolve }) {
			const path = resolve(query.path);
			return fileStatOf(files, path).catch((error) => {
				throw about(path, error);
			});
		},
	});
}
