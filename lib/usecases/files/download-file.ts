import type { Readable } from "node:stream";
import type { Actor } from "../../domain/actor.ts";
import type { BoxFileStat, BoxUser } from "../../domain/box-link.ts";
import { nameOf } from "../../domain/box-path.ts";
import type { BoxDeps } from "../deps.ts";
import { about, conflict, isDirectory, shown } from "./file-errors.ts";
import { openFileSession } from "./file-session.ts";

export type FileDownload = {
	/** Of the path that was asked for: bytes as the client or the box chose them. */
	name: string;
	stat: BoxFileStat;
	/** Bytes from `start` to `end` inclusive. */
	read(o: { start: number; end: number }): Readable;
	close(): void;
};

/** A regular file, ready to be read; symlinks are followed. The caller closes it. */
export async function openDownload(
	deps: BoxDeps,
	actor: Actor,
	o: { params: { id: string }; query: { path: string; user: BoxUser }; signal: AbortSignal },
): Promise<FileDownload> {
	const session = await openFileSession(deps, actor, { id: o.params.id, user: o.query.user, signal: o.signal });
	const path = session.resolve(o.query.path);
	try {
		const stat = await session.files.follow(path).catch((error) => {
			throw about(path, error);
		});
		if (stat.kind === "directory") throw isDirectory(path);
		// Opening a pipe would wait for its other end, and a device need not end.
		if (stat.kind !== "file") throw conflict(`${shown(path)} is a device, a pipe or a socket, and no file.`);
		return {
			name: nameOf(path),
			stat,
			read: (range) => session.files.read({ path, ...range }),
			close: () => session.files.close(),
		};
	} catch (error) {
		session.files.close();
		throw error;
	}
}
