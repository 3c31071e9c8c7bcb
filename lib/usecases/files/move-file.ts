import type { FileStatResponse } from "../../contract/files.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxUser } from "../../domain/box-link.ts";
import { isAtOrBelow } from "../../domain/box-path.ts";
import type { BoxDeps } from "../deps.ts";
import { runInBox } from "./box-script.ts";
import { about, conflict, invalidAt, isCode, shown } from "./file-errors.ts";
import { fileStatOf } from "./file-facts.ts";
import { type FileSession, withFileSession } from "./file-session.ts";
import { refuseGuarded } from "./guarded-paths.ts";

/** From one file system of the box to another a move is a copy. */
const moveTimeoutMs = 300_000;

type MoveInput = {
	params: { id: string };
	query: { user: BoxUser };
	body: { from: string; to: string; overwrite: boolean };
};

/** `to` is the new path itself; a directory that is there is never replaced. */
export function moveFile(deps: BoxDeps, actor: Actor, { params, query, body }: MoveInput): Promise<FileStatResponse> {
	return withFileSession(deps, actor, {
		id: params.id,
		user: query.user,
		async work(session) {
			const [from, to] = [session.resolve(body.from), session.resolve(body.to)];
			if (from === to) throw invalidAt(["body", "to"], "It is the same path as `from`.");
			if (isAtOrBelow(to, from)) throw invalidAt(["body", "to"], "A directory cannot be moved into itself.");
			await move(session, { from, to, isReplacing: body.overwrite });
			return fileStatOf(session.files, to);
		},
	});
}

async function move(session: FileSession, o: { from: string; to: string; isReplacing: boolean }): Promise<void> {
	const { files } = session;
	const { kind } = await files.stat(o.from).catch((error) => {
		throw about(o.from, error);
	});
	if (kind === "directory") await refuseGuarded(session, { path: o.from, loc: ["body", "from"] });
	try {
		await files.rename({ from: o.from, to: o.to, keepExisting: !o.isReplacing });
	} catch (error) {
		if (isCode(error, "not_found"))
			throw conflict(`The directory above ${shown(o.to)} is not there. Make it first.`, error);
		if (!isCode(error, "conflict")) throw about(o.to, error);
		const found = await files.stat(o.to).catch((absent) => {
			if (isCode(absent, "not_found")) return null;
			throw absent;
		});
		if (found?.kind === "directory")
			throw conflict(`${shown(o.to)} is a directory that is there already. Name the new path itself.`, error);
		if (found && !o.isReplacing)
			throw conflict(`${shown(o.to)} is there already. Replace it with overwrite: true.`, error);
		// Another file system, for all that the file protocol tells.
		await runInBox(session.link, {
			what: `${shown(o.from)} was not moved`,
			script: `exec mv ${o.isReplacing ? "-f" : "-n"} -T -- "$DEVBOX_FROM" "$DEVBOX_TO" </dev/null`,
			env: { DEVBOX_FROM: o.from, DEVBOX_TO: o.to },
			timeoutMs: moveTimeoutMs,
		});
	}
}
