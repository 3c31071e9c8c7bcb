/** git in a box of the real engine, through the port that its link holds there. The box needs git: DEVBOX_TEST_ROOTFS names the product's image. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { GithubAccess } from "../../lib/domain/github-access.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import { createGitWorld, type GitWorld, testToken } from "../../lib/git/test-git-world.ts";
import { stopDevbox } from "../../lib/usecases/devboxes/stop-devbox.ts";
import { createEngineWorld, type EngineWorld } from "../../worker/testing/engine-world.ts";
import { quietLog, until } from "../../worker/testing/worker-world.ts";
import { type ChangeFeed, openChangeFeed } from "../changes/change-feed.ts";
import { type GitDoors, openGitDoors } from "./git-doors.ts";
import { openGitProxyServer } from "./git-proxy.ts";

let git: GitWorld;
let world: EngineWorld;
let changes: ChangeFeed;
let github: GithubAccess;
let doors: GitDoors | null = null;

beforeAll(async () => {
	git = await createGitWorld();
	world = await createEngineWorld();
	changes = await openChangeFeed({ db: world.db, log: quietLog });
	github = {
		async repository({ fullName }) {
			const cloneUrl = `${git.server.url}/${fullName}.git`;
			return {
				repoId: 7,
				fullName,
				cloneUrl,
				isPrivate: true,
				canPush: true,
				defaultBranch: "main",
				token: new SecretText(testToken),
			};
		},
		branches: async () => ({ branches: [], isCut: false }),
	};
	world.worker({ github, githubUrl: git.server.url, mirrors: git.store });
	doors = openGateway();
});
afterAll(async () => {
	doors?.close();
	await changes.close();
	await world.close();
	await git.close();
});

function openGateway(): GitDoors {
	const { db } = world;
	return openGitDoors({
		db,
		changes,
		linksOf: () => world.links,
		serverOf: (devboxId) => openGitProxyServer({ db, github, guard: git.input.guard, log: quietLog }, devboxId),
		log: quietLog,
		retryMs: { first: 50, max: 500 },
	});
}

it("fetches and pushes from inside; again after the gateway went; and the box's end ends it", async () => {
	const { id } = await world.create(
		"inside",
		{ repositories: [{ full_name: "org/repo", push: true }] },
		{},
		git.server.url,
	);
	await world.untilState(id, "ready", 120_000);
	const inBox = async (command: string) => {
		const link = await world.links.get({ instance: instanceName(id), user: "devbox" });
		return link.run({ command: `cd /workspaces/repo && ${command}`, timeoutMs: 30_000 });
	};
	const untilItFetches = () =>
		until("git fetches in the box", async () => ((await inBox("git fetch --quiet origin")).code === 0 ? true : null));
	await untilItFetches();
	expect((await inBox("git branch -r")).stdout).toContain("origin/dev/topic");
	const commit = "git -c user.name=t -c user.email=t@example.test commit --quiet --allow-empty -m inside";
	expect(await inBox(`${commit} && git push --quiet origin HEAD:refs/heads/inside`)).toMatchObject({ code: 0 });
	const bare = path.join(git.dir, "git/org/repo.git");
	expect(execFileSync("git", ["--git-dir", bare, "log", "-1", "--format=%s", "inside"], { encoding: "utf8" })).toBe(
		"inside\n",
	);
	expect((await inBox("git config remote.origin.url")).stdout.trim()).toBe(`${git.server.url}/org/repo`);

	doors?.close();
	await until("the port is closed", async () => ((await inBox("git fetch --quiet origin")).code !== 0 ? true : null));
	doors = openGateway();
	await untilItFetches();
	await stopDevbox({ db: world.db, previewBase: null }, world.actor, { params: { id } });
	await world.untilState(id, "stopped", 60_000);
});
