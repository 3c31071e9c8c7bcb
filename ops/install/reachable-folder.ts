/** Unprivileged users of ours must get through every folder above what they read: `mktemp -d` and root's home are closed (0700). */
import { stat } from "node:fs/promises";
import path from "node:path";

/** The folders on the way to `target` (itself included) that users other than the owner cannot enter, outermost first. */
export async function closedFolders(target: string): Promise<string[]> {
	const closed: string[] = [];
	for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
		const mode = await stat(folder).then(
			(found) => found.mode,
			(error: NodeJS.ErrnoException) => {
				if (error.code === "ENOENT") return 0o001;
				throw error;
			},
		);
		if ((mode & 0o001) === 0) closed.unshift(folder);
		if (folder === path.dirname(folder)) return closed;
	}
}
