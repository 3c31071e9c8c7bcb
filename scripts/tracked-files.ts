import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

/** Files that git keeps, and new ones that it does not ignore, from the root of the repository. */
export async function trackedFiles(): Promise<string[]> {
	const { stdout } = await promisify(execFile)("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
		cwd: path.resolve(import.meta.dirname, ".."),
		maxBuffer: 16 * 1024 * 1024,
	});
	return stdout.split("\n").filter((file) => file !== "");
}
