/** A process that makes or refreshes a mirror is killed (-9) at each of its lines; the next one finds no half mirror. */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGitWorld, type GitWorld, testToken } from "./test-git-world.ts";

const program = path.join(import.meta.dirname, "testing/dying-mirror-process.ts");
const signal = AbortSignal.timeout(300_000);
/** More than a use has lines. */
const linesMax = 80;

let world: GitWorld;
beforeEach(async () => {
	world = await createGitWorld();
});
afterEach(() => world.close());

/** A use that is killed before that line: answers null, or how many lines there are when it came to its end. */
function dieAt(dyingAt: number): Promise<number | null> {
	const { folder, repository } = world;
	const input = { folder, githubUrl: world.server.url, repository, token: testToken, ref: "main", depth: null };
	const env = { ...process.env, DYING_AT: String(dyingAt), DYING_INPUT: JSON.stringify(input) };
	return new Promise((resolve, reject) => {
		execFile(process.execPath, [program], { env }, (error, stdout, stderr) => {
			if (!error) resolve(Number(stdout));
			else if (error.signal === "SIGKILL") resolve(null);
			else reject(new Error(stderr));
		});
	});
}

/** What the next one is given is whole. */
async function expectWhole(commit: string): Promise<void> {
	const asking = { repository: world.repository, ref: "main", depth: null, signal };
	const { name, index, pack } = await world.store.withOffer(asking, async (offer) => {
		expect(offer.ref.commit).toBe(commit);
		const stream = new PassThrough();
		const [bytes] = await Promise.all([buffer(stream), offer.send({ stream, signal, onBytes: () => undefined })]);
		const { name = "", indexBytes = 0 } = offer.pack ?? {};
		return { name, index: bytes.subarray(0, indexBytes), pack: bytes.subarray(indexBytes) };
	});
	const box = path.join(world.dir, "box");
	rmSync(box, { recursive: true, force: true });
	execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", box]);
	writeFileSync(path.join(box, `objects/pack/${name}.idx`), index);
	writeFileSync(path.join(box, `objects/pack/${name}.pack`), pack);
	execFileSync("git", ["--git-dir", box, "update-ref", "refs/heads/main", commit]);
	fsck(box);
}

function fsck(folder: string): void {
	execFileSync("git", ["--git-dir", folder, "fsck", "--no-dangling"], { stdio: ["ignore", "ignore", "pipe"] });
}

const mirrors = () =>
	readdirSync(world.folder)
		.filter((name) => name.endsWith(".git"))
		.map((name) => path.join(world.folder, name));

describe("kill -9 at each line", () => {
	it("of making a mirror: the next use is whole, and nothing half is in its place", async () => {
		let lines: number | null = null;
		for (let line = 1; lines === null && line < linesMax; line++) {
			rmSync(world.folder, { recursive: true, force: true });
			lines = await dieAt(line);
			if (existsSync(world.folder)) for (const mirror of mirrors()) fsck(mirror);
			await expectWhole(world.commits.second);
		}
		expect(lines).toBeGreaterThan(10);
	});

	it("of refreshing one: the next use is whole, and up to date", async () => {
		await expectWhole(world.commits.second);
		let lines: number | null = null;
		for (let line = 1; lines === null && line < linesMax; line++) {
			const commit = world.commit("line.txt", String(line));
			world.push();
			lines = await dieAt(line);
			for (const mirror of mirrors()) fsck(mirror);
			await expectWhole(commit);
		}
		expect(lines).toBeGreaterThan(10);
	});
});

describe("a mirror that a machine's end left broken", () => {
	const breakages: [what: string, breakIt: (mirror: string) => void][] = [
		["a lock that nobody holds", (mirror) => lockRefs(mirror)],
		["a pack without its end", (mirror) => truncatePacks(mirror)],
		["no objects", (mirror) => rmSync(path.join(mirror, "objects"), { recursive: true })],
		["an empty ref", (mirror) => eachRef(mirror, (file) => writeFileSync(file, ""))],
	];
	it.each(breakages)("%s: it is made anew, once", async (_what, breakIt) => {
		await expectWhole(world.commits.second);
		for (const mirror of mirrors()) breakIt(mirror);
		const commit = world.commit("after.txt", "after");
		world.push();
		await expectWhole(commit);
	});
});

function eachRef(mirror: string, change: (file: string) => void): void {
	const folder = path.join(mirror, "refs/asked");
	const names = readdirSync(folder);
	expect(names).not.toEqual([]);
	for (const name of names) change(path.join(folder, name));
}

const lockRefs = (mirror: string) => eachRef(mirror, (file) => writeFileSync(`${file}.lock`, ""));

function truncatePacks(mirror: string): void {
	const folder = path.join(mirror, "objects/pack");
	for (const name of readdirSync(folder).filter((file) => file.endsWith(".pack"))) {
		rmSync(path.join(folder, name));
		writeFileSync(path.join(folder, name), "PACK");
	}
}
