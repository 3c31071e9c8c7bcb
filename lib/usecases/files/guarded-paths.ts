/** What must not be removed or replaced whole: the root, homes, and what is mounted. */
import { text } from "node:stream/consumers";
import { isAtOrBelow, joinPath, nameOf, parentOf } from "../../domain/box-path.ts";
import { about, conflict, invalidAt, shown } from "./file-errors.ts";
import type { FileSession } from "./file-session.ts";

const homes = ["/home/devbox", "/root"];

/** Throws where the path is, or holds, something that must stay. Symlinks on the way to it are seen through. */
export async function refuseGuarded(session: FileSession, o: { path: string; loc: string[] }): Promise<void> {
	const { files, home } = session;
	if (o.path === "/") throw invalidAt(o.loc, "The root directory cannot be removed or replaced.");
	const folder = await files.realPath(parentOf(o.path)).catch((error) => {
		throw about(o.path, error);
	});
	const path = joinPath(folder, nameOf(o.path));
	if ([home, ...homes].some((kept) => isAtOrBelow(kept, path)))
		throw invalidAt(
			o.loc,
			`${shown(path)} is or holds a home directory: only what is in it can be removed or replaced.`,
		);
	const mounted = (await mountPoints(session)).find((point) => isAtOrBelow(point, path));
	if (mounted !== undefined)
		throw conflict(`${shown(mounted)} is mounted in the devbox: only what is in it can be removed or replaced.`);
}

const mountTableBytesMax = 4 * 1024 * 1024;

/** Of the box, as its kernel tells: the fifth word of each line, with what is no plain character in octal. */
async function mountPoints({ files }: FileSession): Promise<string[]> {
	const table = await text(files.read({ path: "/proc/self/mountinfo", end: mountTableBytesMax - 1 }));
	return table
		.split("\n")
		.map((line) => line.split(" ")[4])
		.filter((point) => point !== undefined)
		.map((point) =>
			point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
		);
}
