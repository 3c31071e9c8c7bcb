/** Whether the server's own git can be held to checked addresses: an older one ignores that setting without a word. */
import { AppError } from "../domain/errors.ts";
import { runGit } from "./server-git.ts";

/** `http.curloptResolve` came with it. */
const versionMin = "2.37";
const timeoutMs = 10_000;

export type ServerGit = { version: string; problem: null } | { version: string | null; problem: string };

/** Never throws for a git that is missing or old: that is its answer. */
export async function findServerGit(): Promise<ServerGit> {
	const end = await runGit({ args: ["--version"], timeoutMs }).catch((error: unknown) => {
		if (error instanceof AppError && error.code === "unavailable") return null;
		throw error;
	});
	const version = /^git version (\d+\.\d+(?:\.\d+)*)/.exec(end?.stdout ?? "")?.[1] ?? null;
	if (version === null) return { version, problem: "git is not installed on this server" };
	if (isAtLeast(version)) return { version, problem: null };
	return { version, problem: `git ${version} on this server is older than ${versionMin}` };
}

/** What to do about it. */
export const serverGitAdvice = `Install git ${versionMin} or newer (on Debian and Ubuntu: apt-get install -y git); until then private repositories are not cloned, all else works.`;

let isFound = false;

/** Throws AppError `conflict`. A good one is asked for once in a process. */
export async function requireServerGit(): Promise<void> {
	if (isFound) return;
	const { problem } = await findServerGit();
	if (problem !== null)
		throw new AppError({ code: "conflict", message: `${problem}. Tell its operator: npm run doctor says what to do.` });
	isFound = true;
}

function isAtLeast(version: string): boolean {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	const [majorMin = 0, minorMin = 0] = versionMin.split(".").map(Number);
	return major > majorMin || (major === majorMin && minor >= minorMin);
}
