/** What a fresh clone would hold, with the changes that are not committed yet: nothing that git ignores, no dependencies, no build. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, lstat, mkdir, readlink, symlink } from "node:fs/promises";
import path from "node:path";

export async function makeCleanCopy(from: string, to: string): Promise<void> {
	const list = execFileSync(
		"git",
		["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
		{
			cwd: from,
			encoding: "utf8",
			maxBuffer: 64 * 1024 * 1024,
		},
	);
	for (const file of new Set(list.split("\0").filter(Boolean))) {
		const source = path.join(from, file);
		// Deleted, but not committed as such.
		if (!existsSync(source)) continue;
		const target = path.join(to, file);
		await mkdir(path.dirname(target), { recursive: true });
		if ((await lstat(source)).isSymbolicLink()) await symlink(await readlink(source), target);
		else await copyFile(source, target);
	}
}
