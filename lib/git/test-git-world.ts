/** A git server with one repository of a few commits, and a store of mirrors, for tests. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type GitAccess, startGitHttpServer } from "../../e2e/git-http-server.ts";
import { SecretText } from "../domain/secret-text.ts";
import { openAddressGuard } from "../net/address-guard.ts";
import { type MirrorStoreInput, openMirrorStore } from "./mirror-store.ts";
import { mirrorLimits } from "./mirror-sweep.ts";

export const testToken = "gho_the-token-of-ada";

export type GitWorld = Awaited<ReturnType<typeof createGitWorld>>;

export async function createGitWorld(o: Partial<MirrorStoreInput> = {}) {
	const dir = mkdtempSync(path.join(tmpdir(), "devbox-git-test-"));
	const work = path.join(dir, "work");
	const bare = path.join(dir, "git/org/repo.git");
	mkdirSync(work);
	const git = (...args: string[]): string =>
		execFileSync("git", ["-C", work, "-c", "user.name=t", "-c", "user.email=t@example.test", ...args], {
			encoding: "utf8",
			stdio: ["ignore", "pipe", "pipe"],
		}).trim();
	const commit = (name: string, text: string): string => {
		writeFileSync(path.join(work, name), text);
		git("add", "-A");
		git("commit", "--quiet", "-m", name);
		return git("rev-parse", "HEAD");
	};
	git("init", "--quiet", "-b", "main");
	const first = commit("a.txt", "a");
	git("tag", "v1");
	git("tag", "-a", "v1-signed-off", "-m", "annotated");
	git("checkout", "--quiet", "-b", "dev/topic");
	const topic = commit("b.txt", "b");
	git("checkout", "--quiet", "main");
	const second = commit("c.txt", "c");
	git("clone", "--quiet", "--bare", work, bare);
	/** Who may do what with which repository; a test sets it anew. */
	const rules = { access: ({ token }: { fullName: string; token: string | null }): GitAccess => grant(token) };
	const requests: string[] = [];
	const server = await startGitHttpServer({
		root: path.join(dir, "git"),
		access: (asked) => rules.access(asked),
		onRequest: (request) => requests.push(`${request.method} ${request.url}`),
	});
	const guard = openAddressGuard({ allow: ["127.0.0.1"] });
	const folder = path.join(dir, "mirrors");
	const input = { folder, guard, githubUrl: server.url, limits: mirrorLimits, ...o };
	return {
		dir,
		folder,
		git,
		commit,
		commits: { first, second, topic },
		rules,
		requests,
		server,
		input,
		store: openMirrorStore(input),
		push: () => git("push", "--quiet", "--mirror", bare),
		repository: {
			repoId: 7,
			fullName: "org/repo",
			cloneUrl: `${server.url}/org/repo.git`,
			defaultBranch: "main",
			token: new SecretText(testToken),
		},
		async close() {
			await server.close();
			rmSync(dir, { recursive: true, force: true });
		},
	};
}

function grant(token: string | null): GitAccess {
	if (token === null) return "unauthenticated";
	return token === testToken ? "write" : "absent";
}
