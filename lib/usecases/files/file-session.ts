/** A file session in one of the actor's own running boxes, and paths as the box knows them. */
import { touchDevbox } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxFiles, BoxLink, BoxUser } from "../../domain/box-link.ts";
import { resolveBoxPath } from "../../domain/box-path.ts";
import type { BoxDeps } from "../deps.ts";
import { linkToDevbox } from "../devboxes/running-devbox.ts";

export type FileSession = {
	devboxId: string;
	link: BoxLink;
	files: BoxFiles;
	/** Of the session's user, absolute. */
	home: string;
	/** A path of a request, absolute and without `..`. */
	resolve(path: string): string;
};

/** `signal` ends the opening alone; `close` is the caller's. */
export async function openFileSession(
	deps: BoxDeps,
	actor: Actor,
	o: { id: string; user: BoxUser; signal?: AbortSignal },
): Promise<FileSession> {
	const link = await linkToDevbox(deps, actor, o);
	const files = await link.files({ signal: o.signal });
	try {
		const [home] = await Promise.all([files.realPath("."), touchDevbox(deps.db, o.id)]);
		return { devboxId: o.id, link, files, home, resolve: (path) => resolveBoxPath(path, home) };
	} catch (error) {
		files.close();
		throw error;
	}
}

/** Gives the session to `work` and closes it afterwards. */
export async function withFileSession<T>(
	deps: BoxDeps,
	actor: Actor,
	o: { id: string; user: BoxUser; signal?: AbortSignal; work: (session: FileSession) => Promise<T> },
): Promise<T> {
	const session = await openFileSession(deps, actor, o);
	try {
		return await o.work(session);
	} finally {
		session.files.close();
	}
}
