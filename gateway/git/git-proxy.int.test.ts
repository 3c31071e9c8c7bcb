/** git through the proxy to a real git server; the way from a box to it is a socket here. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { gitProxyPort } from "../../lib/domain/git-proxy.ts";
import type { GithubAccess } from "../../lib/domain/github-access.ts";
import { newId } from "../../lib/domain/ids.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import { createGitWorld, type GitWorld, testToken } from "../../lib/git/test-git-world.ts";
import { type GitProxyServer, openGitProxyServer } from "./git-proxy.ts";

const devboxId = newId("devbox");
const workspaceId = newId("workspace");
const userId = newId("user");
const logged: string[] = [];
let git: GitWorld;
let database: TestDatabase;
let proxy: GitProxyServer;
let way: Server;
/** What GitHub says of the owner's access now. */
let access: { repoId: number; error: AppError | null };

beforeAll(async () => {
	git = await createGitWorld();
	database = await createTestDatabase();
	await seed();
	const github: Pick<GithubAccess, "repository"> = {
		async repository({ fullName }) {
			if (access.error) throw access.error;
			const cloneUrl = `${git.server.url}/${fullName}.git`;
			const facts = { isPrivate: true, canPush: true, defaultBranch: "main", token: new SecretText(testToken) };
			return { repoId: access.repoId, fullName, cloneUrl, ...facts };
		},
	};
	const log = pino({ level: "trace" }, { write: (line: string) => logged.push(line) });
	proxy = openGitProxyServer({ db: database.db, github, guard: git.input.guard, log, headersMs: 1_500 }, devboxId);
	way = createServer((socket) => proxy.accept(socket));
	await new Promise<void>((resolve) => way.listen(0, "127.0.0.1", resolve));
});
beforeEach(async () => {
	access = { repoId: 7, error: null };
	await database.db.prisma.workspace.update({ where: { id: workspaceId }, data: { gitProxy: true } });
});
afterAll(async () => {
	proxy.close();
	way.close();
	await database.close();
	await git.close();
});

async function seed(): Promise<void> {
	const { prisma } = database.db;
	await prisma.workspace.create({ data: { id: workspaceId, name: "test" } });
	await prisma.user.create({ data: { id: userId, login: "ada" } });
	await prisma.member.create({ data: { workspaceId, userId, role: "member" } });
	const image = { image: "builtin:base", imageRef: "x", size: "s" };
	await prisma.devbox.create({
		data: { id: devboxId, workspaceId, ownerId: userId, name: "box", state: "ready", ...image },
	});
	const rows = [
		{ fullName: "org/repo", repoId: 7n, push: true },
		{ fullName: "org/read-only", repoId: 7n, push: false },
	];
	await prisma.devboxRepository.createMany({
		data: rows.map((row, position) => ({
			...row,
			devboxId,
			position,
			url: `${git.server.url}/${row.fullName}`,
			targetPath: `/workspaces/${position}`,
			isProxied: true,
		})),
	});
}

/** git, as it runs in a box: through the proxy, with no credential. */
async function inBox(args: string[], o: { cwd?: string; host?: string } = {}): Promise<string> {
	const host = o.host ?? `127.0.0.1:${gitProxyPort}`;
	const settings = ["-c", `http.extraHeader=Host: ${host}`, "-c", "user.name=t", "-c", "user.email=t@example.test"];
	const env = { ...process.env, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
	return promisify(execFile)("git", [...settings, ...args], { cwd: o.cwd ?? git.dir, env, timeout: 30_000 }).then(
		({ stdout }) => stdout,
		(error: { stderr: string }) => {
			throw new Error(error.stderr);
		},
	);
}
const urlOf = (fullName: string) => `http://127.0.0.1:${(way.address() as AddressInfo).port}/${fullName}`;
const events = () => database.db.prisma.auditEvent.findMany({ orderBy: { seq: "asc" } });

it("fetches and pushes for the box's repository with no credential in the box, and each use is told", async () => {
	const clone = path.join(git.dir, "clone");
	await inBox(["clone", "--quiet", urlOf("org/repo"), clone]);
	expect(readFileSync(path.join(clone, "c.txt"), "utf8")).toBe("c");
	await inBox(["commit", "--quiet", "--allow-empty", "-m", "from the box"], { cwd: clone });
	await inBox(["push", "--quiet", "origin", "HEAD:refs/heads/from-box"], { cwd: clone });
	const bare = path.join(git.dir, "git/org/repo.git");
	expect(await inBox(["--git-dir", bare, "log", "-1", "--format=%s", "from-box"])).toBe("from the box\n");
	const told = await events();
	expect(told.map(({ action, outcome, actorKind, userId: who }) => [action, outcome, actorKind, who])).toEqual([
		["git.fetch", "success", "box", userId],
		["git.push", "success", "box", userId],
	]);
	expect(told[0]?.detail).toMatchObject({ repository: "org/repo", bytes_down: expect.any(Number) });
});

it("refuses a push that was not chosen, another repository, another host's name, and what is not git", async () => {
	const clone = path.join(git.dir, "clone");
	await expect(inBox(["push", urlOf("org/read-only"), "HEAD:x"], { cwd: clone })).rejects.toThrow(/was not chosen/);
	await expect(inBox(["ls-remote", urlOf("org/other")])).rejects.toThrow(
		/no repository that this devbox was created with/,
	);
	await expect(inBox(["ls-remote", urlOf("org/repo")], { host: "7418--box.localhost" })).rejects.toThrow(
		/Only git in this devbox/,
	);
	const answer = await fetch(urlOf("org/repo/settings"));
	expect(answer.status).toBe(403);
	expect((await events()).at(-1)).toMatchObject({ action: "git.fetch", outcome: "refused" });
});

it("is off as soon as the workspace turns it off, and when its owner is no member any more", async () => {
	const { prisma } = database.db;
	await prisma.workspace.update({ where: { id: workspaceId }, data: { gitProxy: false } });
	await expect(inBox(["ls-remote", urlOf("org/repo")])).rejects.toThrow(/turned off/);
	await prisma.workspace.update({ where: { id: workspaceId }, data: { gitProxy: true } });
	await prisma.user.update({ where: { id: userId }, data: { disabledAt: new Date() } });
	await expect(inBox(["ls-remote", urlOf("org/repo")])).rejects.toThrow(/may not use its owner's/);
	await prisma.user.update({ where: { id: userId }, data: { disabledAt: null } });
	expect(await inBox(["ls-remote", urlOf("org/repo")])).toContain("refs/heads/main");
});

it("does nothing with the credential of an heir who has not allowed it", async () => {
	const { prisma } = database.db;
	await prisma.devbox.update({ where: { id: devboxId }, data: { credentialsWithheld: true } });
	await expect(inBox(["ls-remote", urlOf("org/repo")])).rejects.toThrow(/was handed over/);
	await prisma.devbox.update({ where: { id: devboxId }, data: { credentialsWithheld: false } });
	expect(await inBox(["ls-remote", urlOf("org/repo")])).toContain("refs/heads/main");
});

it("asks GitHub each time: no access, a name that is another repository's now, and GitHub down are told apart", async () => {
	access.error = new AppError({ code: "not_found", message: "The repository org/repo cannot be used: gone." });
	await expect(inBox(["ls-remote", urlOf("org/repo")])).rejects.toThrow(/cannot be used: gone/);
	access = { repoId: 99, error: null };
	await expect(inBox(["ls-remote", urlOf("org/repo")])).rejects.toThrow(/another repository now/);
	access = { repoId: 7, error: null };
	const { access: rule } = git.rules;
	const answers = { unauthenticated: /Reconnect GitHub/, absent: /any more/, broken: /Try again later/ } as const;
	for (const [answer, words] of Object.entries(answers)) {
		git.rules.access = () => answer as keyof typeof answers;
		await expect(inBox(["ls-remote", urlOf("org/repo")])).rejects.toThrow(words);
	}
	git.rules.access = rule;
});

it("neither the token nor what is made of it is in a log or an audit event", async () => {
	const basic = Buffer.from(`x-access-token:${testToken}`).toString("base64");
	const said =
		logged.join("") + JSON.stringify(await events(), (_, value) => (typeof value === "bigint" ? `${value}` : value));
	expect([said.includes(testToken), said.includes(basic)]).toEqual([false, false]);
});

it("lets a box hold no connection by saying nothing, or a byte now and then, and no more than so many", async () => {
	const { port } = way.address() as AddressInfo;
	const open = () => connect(port, "127.0.0.1").on("error", () => undefined);
	const silent = Array.from({ length: 80 }, open);
	const dripping = open();
	const drip = setInterval(() => dripping.write("G"), 50);
	await Promise.all(
		[...silent, dripping].map((socket) => new Promise((resolve) => socket.resume().once("close", resolve))),
	);
	clearInterval(drip);
	await inBox(["ls-remote", urlOf("org/repo")]);
});
