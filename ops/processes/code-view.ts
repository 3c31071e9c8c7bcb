import { access, constants, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../lib/domain/errors.ts";
import { cloneDir, type Install } from "../install/install.ts";
import { closedFolders } from "../install/reachable-folder.ts";
import type { SystemUsers } from "../install/system-users.ts";
import type { CodeView } from "./launch-command.ts";

/** Files that stand for the rest: one of git's, one of npm's. */
const samples = ["package.json", "gateway/main.ts", "node_modules/pg/package.json"];

/** @throws AppError `forbidden` when the files themselves are closed (a clone made under umask 077), with the mend. */
export async function codeView(install: Install, users: SystemUsers | null): Promise<CodeView> {
	if (!users) return { cloneDir, mountPoint: null };
	for (const sample of samples) {
		const file = path.join(cloneDir, sample);
		await access(file, constants.R_OK);
		if ((await stat(file)).mode & 0o004) continue;
		throw new AppError({
			code: "forbidden",
			message: `The unprivileged users of this install cannot read ${file}. Run: chmod -R go+rX ${cloneDir}`,
		});
	}
	const closed = await closedFolders(cloneDir);
	if (closed.includes(cloneDir)) {
		throw new AppError({
			code: "forbidden",
			message: `The unprivileged users of this install cannot enter ${cloneDir}. Run: chmod go+rx ${cloneDir}`,
		});
	}
	if (closed.length === 0) return { cloneDir, mountPoint: null };
	const mountPoint = path.join(install.dataDir, "run/code");
	await mkdir(mountPoint, { recursive: true, mode: 0o755 });
	return { cloneDir, mountPoint };
}
