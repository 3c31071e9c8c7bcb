import type { Actor } from "../../domain/actor.ts";
import type { BoxUser } from "../../domain/box-link.ts";
import type { BoxDeps } from "../deps.ts";
import { runInBox } from "./box-script.ts";
import { about, conflict, isCode, shown } from "./file-errors.ts";
import { type FileSession, withFileSession } from "./file-session.ts";
import { refuseGuarded } from "./guarded-paths.ts";

/** A tree of 100,000 files takes some seconds. */
const removeTimeoutMs = 120_000;

type RemoveInput = { params: { id: string }; query: { path: string; recursive: "true" | "false"; user: BoxUser } };

/** A symlink is removed itself, never what it leads to. */
export function removeFile(deps: BoxDeps, actor: Actor, { params, query }: RemoveInput): Promise<void> {
	return withFileSession(deps, actor, {
		id: params.id,
		user: query.user,
		async work(session) {
			const path = session.resolve(query.path);
			const loc = ["query", "path"];
			if (path === "/") return refuseGuarded(session, { path, loc });
			const { kind } = await session.files.stat(path).catch((error) => {
				throw about(path, error);
			});
			if (kind === "directory") return removeDirectory(session, { path, loc, isRecursive: query.recursive === "true" });
			await session.files.removeFile(path).catch((error) => {
				throw about(path, error);
			});
		},
	});
}

async function removeDirectory(
	session: FileSession,
	o: { path: string; loc: string[]; isRecursive: boolean },
): Promise<void> {
	await refuseGuarded(session, o);
	if (o.isRecursive) {
		await runInBox(session.link, {
			what: `${shown(o.path)} was not removed, or not all of it`,
			script: `exec rm -rf --one-file-system -- "$DEVBOX_PATH"`,
			env: { DEVBOX_PATH: o.path },
			timeoutMs: removeTimeoutMs,
		});
		return;
	}
	try {
		await session.files.removeDirectory(o.path);
	} catch (error) {
		if (isCode(error, "conflict"))
			throw conflict(`${shown(o.path)} is not empty. Remove it with all in it by recursive=true.`, error);
		throw about(o.path, error);
	}
}
