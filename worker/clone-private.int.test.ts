/** Private repositories in boxes of the real engine, from a git server that knows whose token may read what. The boxes need git: DEVBOX_TEST_ROOTFS names the product's image. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../lib/domain/errors.ts";
import type { GithubAccess } from "../lib/domain/github-access.ts";
import { instanceName, newId } from "../lib/domain/ids.ts";
import { SecretText } from "../lib/domain/secret-text.ts";
import { createGitWorld, type GitWorld, testToken } from "../lib/git/test-git-world.ts";
import type { Worker } from "./open-worker.ts";
import { createEngineWorld, type EngineWorld } from "./testing/engine-world.ts";

let git: GitWorld;
let world: EngineWorld;
/** What GitHub's REST side says, by full name; the git side is a real server. */
const known: Record<string, { repoId: number; isPrivate: boolean; canPush: boolean; error?: AppError }> = {};

/** Of whoever is not the world's own user. */
const tokens: Record<string, string> = {};
let newWorker: () => Worker;
let worker: Worker;

beforeAll(async () => {
	git = await createGitWorld();
	world = await createEngineWorld();
	known["org/repo"] = { repoId: 7, isPrivate: true, canPush: true };
	const github: GithubAccess = {
		async repository({ fullName, userId }) {
			const found = known[fullName];
			if (!found)
				throw new AppError({ code: "not_found", message: `The repository ${fullName} cannot be used: gone.` });
			if (found.error) throw found.error;
			const { repoId, isPrivate, canPush } = found;
			const cloneUrl = `${git.server.url}/${fullName}.git`;
			return {
				repoId,
				fullName,
				cloneUrl,
				isPrivate,
				canPush,
				defaultBranch: "main",
				token: new SecretText(tokens[userId] ?? testToken),
			};
		},
		branches: async () => ({ branches: [], isCut: false }),
	};
	newWorker = () => world.worker({ github, githubUrl: git.server.url, mirrors: git.store });
	worker = newWorker();
});
afterAll(async () => {
	await world.close();
	await git.close();
});

type Asked = {
	full_name: string;
	ref?: string;
	target_path?: string;
	depth?: number;
	submodules?: boolean;
	push?: boolean;
};

async function boxWith(name: string, repositories: Asked[], state: "ready" | "failed" = "ready") {
	const { id } = await world.create(name, { repositories }, {}, git.server.url);
	await world.untilState(id, state, 120_000);
	const link = await world.links.get({ instance: instanceName(id), user: "root" });
	const rows = await world.db.prisma.devboxRepository.findMany({
		where: { devboxId: id },
		orderBy: { position: "asc" },
	});
	const operation = (await world.operations(id)).find(({ step }) => step === "clone_repositories");
	const run = async (command: string) => (await link.run({ command, timeoutMs: 60_000 })).stdout.trim();
	return { id, rows, message: operation?.message ?? "", run };
}

describe("a private repository", () => {
	it("comes by default branch, branch, tag and commit, whole or shallow, with its real address as origin", async () => {
		const at = (name: string) => ({ full_name: "org/repo", target_path: `/workspaces/${name}` });
		const box = await boxWith("refs", [
			at("default"),
			{ ...at("branch"), ref: "dev/topic" },
			{ ...at("tag"), ref: "v1" },
			{ ...at("commit"), ref: git.commits.first },
			{ ...at("shallow"), depth: 1 },
		]);
		expect(box.rows.map(({ commit }) => commit)).toEqual([
			git.commits.second,
			git.commits.topic,
			git.commits.first,
			git.commits.first,
			git.commits.second,
		]);
		expect(box.rows.every(({ isPrivate, isProxied, repoId }) => isPrivate && isProxied && repoId === 7n)).toBe(true);
		expect(box.rows.map(({ ref }) => ref)).toEqual(["main", "dev/topic", "v1", git.commits.first, "main"]);
		const count = (name: string) => box.run(`su devbox -c 'git -C /workspaces/${name} rev-list --count HEAD'`);
		expect([await count("default"), await count("shallow")]).toEqual(["2", "1"]);
		const look = "git -C /workspaces/branch status -sb; git -C /workspaces/branch config remote.origin.url";
		expect(await box.run(`su devbox -c '${look}'`)).toBe(`## dev/topic...origin/dev/topic\n${git.server.url}/org/repo`);
		// Of the other branches nothing came along.
		expect(await box.run("su devbox -c 'git -C /workspaces/default branch -r'")).toBe(
			"origin/HEAD -> origin/main\n  origin/main",
		);
		const audited = await world.db.prisma.auditEvent.findMany({ where: { action: "git.clone", targetId: box.id } });
		expect(audited).toHaveLength(5);
	});

	it("comes into two boxes at once from one mirror, and into none of a member without access", async () => {
		const asked = [{ full_name: "org/repo" }];
		const both = await Promise.all([boxWith("one", asked), boxWith("two", asked)]);
		expect(both.map(({ rows }) => rows[0]?.commit)).toEqual([git.commits.second, git.commits.second]);
		const userId = newId("user");
		await world.db.prisma.user.create({ data: { id: userId, login: "mallory" } });
		await world.db.prisma.member.create({ data: { workspaceId: world.actor.workspaceId, userId, role: "member" } });
		tokens[userId] = "gho_of-mallory";
		const { id } = await world.create("mallory", { repositories: asked }, {}, git.server.url, {
			userId,
			login: "mallory",
		});
		await world.untilState(id, "failed", 120_000);
		const row = await world.db.prisma.devboxRepository.findFirstOrThrow({ where: { devboxId: id } });
		expect(row).toMatchObject({ cloneStatus: "failed", commit: null });
		expect(row.cloneError).toContain("your access ended");
	});

	it("is there after the worker went away in the middle of the fetch, brought by the one that goes on", async () => {
		const { access } = git.rules;
		const seen = Promise.withResolvers<void>();
		git.rules.access = (asked) => {
			seen.resolve();
			return access(asked);
		};
		const pending = boxWith("killed", [{ full_name: "org/repo" }]);
		await seen.promise;
		// Nothing is undone: what was begun in the box and on the disk is found by whoever goes on.
		await worker.stop({ graceMs: 0 });
		git.rules.access = access;
		worker = newWorker();
		expect((await pending).rows[0]?.commit).toBe(git.commits.second);
	});

	it("leaves its owner's token nowhere: not in the box's files, processes, our database's plain columns or the mirrors", async () => {
		const box = await boxWith("searched", [{ full_name: "org/repo" }]);
		const basic = Buffer.from(`x-access-token:${testToken}`).toString("base64");
		// In two halves: the search itself must not be what is found.
		const pattern = (text: string) => `'${text.slice(0, 9)}'"${text.slice(9)}"`;
		const files = `grep -rlsF --exclude-dir=proc --exclude-dir=sys -e ${pattern(testToken)} -e ${pattern(basic)} / || true`;
		// Gathered first: the search is a process, too, and has what it looks for on its own command line.
		const gathered = "/root/processes";
		const gather = `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' >${gathered}`;
		const processes = `${gather}; grep -cF -e ${pattern(testToken)} -e ${pattern(basic)} ${gathered} || true`;
		expect(await box.run(`${files}; echo files; true`)).toBe("files");
		expect(await box.run(processes)).toBe("0");
		const tables = await world.db.pool.query<{ name: string }>(
			"SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'",
		);
		for (const { name } of tables.rows) {
			const { rows } = await world.db.pool.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE $1 OR t::text LIKE $2`, [
				`%${testToken}%`,
				`%${basic}%`,
			]);
			expect([name, rows.length]).toEqual([name, 0]);
		}
	});

	it("brings private submodules the same way, and says that LFS content is a pointer", async () => {
		const sub = path.join(git.dir, "git/org/sub.git");
		execFileSync("git", ["clone", "--quiet", "--bare", path.join(git.dir, "git/org/repo.git"), sub]);
		known["org/sub"] = { repoId: 8, isPrivate: true, canPush: false };
		git.git("checkout", "--quiet", "-b", "with-sub");
		git.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", sub, "lib/sub dir");
		git.git("config", "-f", ".gitmodules", "submodule.lib/sub dir.url", "../sub");
		writeFileSync(path.join(git.dir, "work/.gitattributes"), "*.bin filter=lfs\n");
		const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 3\n`;
		git.commit("big.bin", pointer);
		git.push();
		const box = await boxWith("submodules", [{ full_name: "org/repo", ref: "with-sub", submodules: true }]);
		expect(
			await box.run("su devbox -c 'cd /workspaces/repo && git submodule status && cat \"lib/sub dir/c.txt\"'"),
		).toContain(`${git.commits.second} lib/sub dir`);
		expect(box.message).toContain("1 file is kept in Git LFS, which is not supported here");
		expect(box.rows[0]?.cloneNote).toContain("Git LFS");
	});
});

describe("submodules", () => {
	/** A branch of org/repo whose one submodule is at this address. */
	function branchWith(branch: string, url: string): void {
		git.git("checkout", "--quiet", "-B", branch, "main");
		const sub = path.join(git.dir, "git/org/sub.git");
		git.git(
			"-c",
			"protocol.file.allow=always",
			"submodule",
			"--quiet",
			"add",
			"--force",
			"--name",
			branch,
			sub,
			"lib/x",
		);
		git.git("config", "-f", ".gitmodules", `submodule.${branch}.url`, url);
		git.commit(`${branch}.txt`, branch);
		git.git("checkout", "--quiet", "--force", "main");
		git.push();
	}

	it("that are private come with a public repository, by address, by the form of who has a key, and by a relative one", async () => {
		execFileSync("git", [
			"clone",
			"--quiet",
			"--bare",
			path.join(git.dir, "git/org/repo.git"),
			path.join(git.dir, "git/org/public.git"),
		]);
		known["org/public"] = { repoId: 11, isPrivate: false, canPush: false };
		known["org/sub"] = { repoId: 8, isPrivate: true, canPush: false };
		const { host } = new URL(git.server.url);
		const urls = [`${git.server.url}/org/sub.git`, "../sub", `ssh://git@${host}/org/sub.git`];
		for (const [n, url] of urls.entries()) branchWith(`with-${n}`, url);
		execFileSync("git", [
			"-C",
			path.join(git.dir, "work"),
			"push",
			"--quiet",
			"--mirror",
			path.join(git.dir, "git/org/public.git"),
		]);
		const repositories = urls.map((_, n) => ({
			full_name: "org/public",
			ref: `with-${n}`,
			submodules: true,
			target_path: `/workspaces/p${n}`,
		}));
		const box = await boxWith("public", repositories);
		expect(await box.run("cat /workspaces/p0/lib/x/c.txt /workspaces/p1/lib/x/c.txt /workspaces/p2/lib/x/c.txt")).toBe(
			"ccc",
		);
		// A public one is no business of the proxy's.
		expect(await box.run("su devbox -c 'git -C /workspaces/p0 config --get-regexp ^url || echo none'")).toBe("none");
	});

	it("at an address that is not cloned from is refused with its name", async () => {
		branchWith("closed", "file:///etc/passwd");
		const box = await boxWith("closed", [{ full_name: "org/repo", ref: "closed", submodules: true }], "failed");
		expect(box.message).toContain('The submodule "closed" is at "file:///etc/passwd", which is not cloned from');
		// Without them it comes.
		await boxWith("without", [{ full_name: "org/repo", ref: "closed" }]);
	});
});

it("private dotfiles come the same way, without a credential and without the proxy; those that are gone are a warning", async () => {
	const { userId } = world.actor;
	known["org/repo"] = { repoId: 7, isPrivate: true, canPush: true };
	const settings = { userId, dotfilesUrl: `${git.server.url}/org/repo`, dotfilesRef: "v1" };
	await world.db.prisma.userSettings.create({ data: settings });
	const box = await boxWith("dotfiles", []);
	expect(await box.run("cat /home/devbox/.dotfiles/a.txt")).toBe("a");
	expect(await box.run("su devbox -c 'git -C ~/.dotfiles config --get-regexp ^url || echo none'")).toBe("none");
	await world.db.prisma.userSettings.update({ where: { userId }, data: { dotfilesRef: "nope" } });
	const warned = await boxWith("dotless", []);
	const step = (await world.operations(warned.id)).find(({ step }) => step === "apply_personal_settings");
	expect(step?.message).toContain('Warning: Dotfiles: There is no branch, tag or commit "nope" in org/repo.');
	await world.db.prisma.userSettings.delete({ where: { userId } });
});

describe("a bad day", () => {
	const failing: [name: string, ref: string | undefined, words: RegExp, prepare: () => void][] = [
		["no-ref", "nope", /no branch, tag or commit "nope" in org\/repo/, () => undefined],
		["revoked", undefined, /Reconnect GitHub/, () => (git.rules.access = () => "unauthenticated")],
		["gone", undefined, /it is gone, or your access ended/, () => (git.rules.access = () => "absent")],
	];
	it.each(failing)(
		"%s: the box is failed, and the operation and the repository say which",
		async (name, ref, words, prepare) => {
			const { access } = git.rules;
			prepare();
			const box = await boxWith(name, [{ full_name: "org/repo", ref }], "failed").finally(() => {
				git.rules.access = access;
			});
			expect(box.message).toMatch(words);
			expect(box.rows[0]).toMatchObject({ cloneStatus: "failed", cloneError: expect.stringMatching(words) });
		},
	);

	it("GitHub's own words reach the operation: reconnect, and not granted for a private one", async () => {
		const say = (message: string) => new AppError({ code: "conflict", message });
		known["org/revoked"] = {
			repoId: 9,
			isPrivate: true,
			canPush: true,
			error: say("Connect it again under Settings."),
		};
		const box = await boxWith("reconnect", [{ full_name: "org/revoked", push: true }], "failed");
		expect(box.message).toContain("org/revoked: Connect it again under Settings.");
		known["org/read-only"] = { repoId: 10, isPrivate: true, canPush: false };
		const readOnly = await boxWith("read-only", [{ full_name: "org/read-only", push: true }], "failed");
		expect(readOnly.message).toContain("may not push to it");
	});

	it("hostile names of branches and places are names, nothing more", async () => {
		git.git("checkout", "--quiet", "main");
		const ref = "x;$(touch$IFS/tmp/injected)'\"`id`|&-ü";
		git.git("branch", ref);
		git.push();
		const target = "/home/devbox/a b;$(touch x)'\"`id`\\ü/-rf";
		const box = await boxWith("hostile", [{ full_name: "org/repo", ref, target_path: target }]);
		expect(box.rows[0]).toMatchObject({ ref, commit: git.commits.second, targetPath: target });
		expect(await box.run("ls /tmp/injected /home/devbox/x 2>/dev/null; echo none")).toBe("none");
	});
});
