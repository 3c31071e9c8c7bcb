import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Duplex, PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SecretText } from "../domain/secret-text.ts";
import { openAddressGuard } from "../net/address-guard.ts";
import { lockFile } from "./file-lock.ts";
import { openMirrorStore } from "./mirror-store.ts";
import { mirrorLimits } from "./mirror-sweep.ts";
import { createGitWorld, type GitWorld, testToken } from "./test-git-world.ts";

let world: GitWorld;
beforeEach(async () => {
	world = await createGitWorld();
});
afterEach(() => world.close());

const signal = AbortSignal.timeout(60_000);

/** What a fetch through the offer finds: every ref it is shown, and the bytes that it took. */
async function shown(ref: string | null, repository = world.repository, store = world.store) {
	return store.withOffer({ repository, ref, depth: null, signal }, async (offer) => {
		return { ref: offer.ref, refs: await advertised(offer.serve) };
	});
}

/** Reads upload-pack's advertisement and hangs up politely (a flush). */
async function advertised(serve: (o: { stream: Duplex; signal: AbortSignal }) => Promise<number>): Promise<string[]> {
	let said = "";
	const stream = new Duplex({
		read() {
			/* pushed when the advertisement has ended */
		},
		write(chunk: Buffer, _encoding, done) {
			said += chunk.toString("latin1");
			if (said.endsWith("0000")) {
				this.push("0000");
				this.push(null);
			}
			done();
		},
	});
	await serve({ stream, signal });
	return [...said.matchAll(/[0-9a-f]{40} (\S+?)(?=\0|\n)/g)].map(([, name = ""]) => name);
}

/** Every object of the pack that a box is sent for this ref, as git in an empty repository finds them. */
async function sentObjects(ref: string): Promise<string[]> {
	const asking = { repository: world.repository, ref, depth: null, signal };
	const files = await world.store.withOffer(asking, async ({ pack, send }) => {
		const stream = new PassThrough();
		const [bytes] = await Promise.all([buffer(stream), send({ stream, signal, onBytes: () => undefined })]);
		expect(bytes.length).toBe((pack?.indexBytes ?? 0) + (pack?.packBytes ?? 0));
		return {
			name: pack?.name ?? "",
			index: bytes.subarray(0, pack?.indexBytes),
			pack: bytes.subarray(pack?.indexBytes),
		};
	});
	const box = path.join(world.dir, `box-${ref.replace("/", "-")}`);
	execFileSync("git", ["init", "--quiet", "--bare", box]);
	writeFileSync(path.join(box, `objects/pack/${files.name}.idx`), files.index);
	writeFileSync(path.join(box, `objects/pack/${files.name}.pack`), files.pack);
	const list = ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"];
	execFileSync("git", ["--git-dir", box, "verify-pack", path.join(box, `objects/pack/${files.name}.idx`)]);
	return lines(execFileSync("git", ["--git-dir", box, ...list]));
}

/** Every object that the ref reaches, as the server itself has it. */
const reached = (ref: string) => lines(world.git("rev-list", "--objects", "--no-object-names", ref));
const lines = (text: string | Buffer) => String(text).trim().split("\n").sort();

describe("what a box is sent with all of the history", () => {
	it("is all that the asked ref reaches, and nothing else, whatever the mirror had before", async () => {
		expect(await sentObjects("main")).toEqual(reached("main"));
		// The mirror has more than one pack from here on.
		expect(await sentObjects("dev/topic")).toEqual(reached("dev/topic"));
		expect(await sentObjects("v1-signed-off")).toEqual(reached("v1-signed-off"));
		expect(await sentObjects(world.commits.topic)).toEqual(reached(world.commits.topic));
		world.commit("e.txt", "e");
		world.push();
		expect(await sentObjects("main")).toEqual(reached("main"));
	});

	it("is made once for a commit, twice the size of a first fetch is never kept, and the oldest ones go", async () => {
		await sentObjects("main");
		const [mirror = ""] = readdirSync(world.folder).filter((name) => name.endsWith(".git"));
		const ready = path.join(world.folder, mirror, "ready");
		const pack = () => {
			const [name = ""] = readdirSync(path.join(ready, world.commits.second)).filter((file) => file.endsWith(".pack"));
			return statSync(path.join(ready, world.commits.second, name));
		};
		const made = pack();
		expect(made.nlink).toBe(2);
		await shown("main");
		expect(pack().ino).toBe(made.ino);
		for (const text of ["f", "g", "h"]) {
			world.commit("f.txt", text);
			world.push();
			await shown("main");
		}
		expect(readdirSync(ready)).toHaveLength(2);
	});
});

describe("a mirror", () => {
	it("shows a box the asked branch alone, and the default one when none is asked for", async () => {
		expect(await shown("dev/topic")).toEqual({
			ref: { kind: "branch", name: "dev/topic", objectId: world.commits.topic, commit: world.commits.topic },
			refs: ["HEAD", "refs/heads/dev/topic"],
		});
		const main = await shown(null);
		expect([main.ref.commit, main.refs]).toEqual([world.commits.second, ["HEAD", "refs/heads/main"]]);
	});

	it("finds tags, annotated ones too, and commits by their full name", async () => {
		expect((await shown("v1")).refs).toEqual(["HEAD", "refs/tags/v1"]);
		const annotated = await shown("v1-signed-off");
		expect([annotated.ref.kind, annotated.ref.commit]).toEqual(["tag", world.commits.first]);
		const commit = await shown(world.commits.topic);
		expect([commit.ref.kind, commit.refs]).toEqual(["commit", ["HEAD"]]);
	});

	it("says that a ref does not exist, whatever its name holds", async () => {
		for (const ref of ["nope", "$(id)", "a;b", "ünïcode", "x'\"y", "0".repeat(40)])
			await expect(shown(ref)).rejects.toMatchObject({
				code: "conflict",
				message: `There is no branch, tag or commit ${JSON.stringify(ref)} in org/repo.`,
			});
	});

	it("of a repository without commits offers nothing, which is no error", async () => {
		execFileSync("git", ["init", "--quiet", "--bare", path.join(world.dir, "git/org/empty.git")]);
		const repository = { ...world.repository, repoId: 8, cloneUrl: `${world.server.url}/org/empty.git` };
		expect((await shown(null, repository)).ref).toMatchObject({ kind: "empty", name: "main" });
	});

	it("is brought up to date at each use, a branch that was forced and one that became a folder included", async () => {
		await shown("main");
		world.git("checkout", "--quiet", "-B", "main", world.commits.first);
		const forced = world.commit("d.txt", "d");
		world.push();
		expect((await shown("main")).ref.commit).toBe(forced);
		await shown("dev/topic");
		world.git("branch", "-D", "dev/topic");
		world.git("branch", "dev", forced);
		world.push();
		expect((await shown("dev")).ref.commit).toBe(forced);
	});

	it("gives nothing to who has no access, neither a branch nor a commit, though another has filled it", async () => {
		const { ref } = await shown("main");
		await shown(ref.commit);
		const mallory = { ...world.repository, token: new SecretText("gho_mallory") };
		for (const asked of ["main", ref.commit])
			await expect(shown(asked, mallory)).rejects.toMatchObject({
				code: "conflict",
				message: expect.stringContaining("does not give org/repo to you"),
			});
	});

	it("tells a revoked token, a limit, and a server that is down apart", async () => {
		const answers = {
			unauthenticated: /Reconnect GitHub/,
			limited: /limits how often it is asked/,
			broken: /could not be reached/,
		};
		for (const [access, words] of Object.entries(answers)) {
			world.rules.access = () => access as "broken";
			await expect(shown("main")).rejects.toThrow(words);
		}
		await world.server.close();
		await expect(shown("main")).rejects.toMatchObject({ code: "unavailable" });
	});

	/** A server that answers as told, at the address that the store knows. */
	async function answering(answer: RequestListener) {
		const server = createServer(answer);
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const githubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		const store = openMirrorStore({ ...world.input, githubUrl, silenceSecondsMax: 1 });
		const repository = { ...world.repository, cloneUrl: `${githubUrl}/org/repo.git` };
		return {
			asked: shown("main", repository, store),
			[Symbol.dispose]() {
				server.close();
				server.closeAllConnections();
			},
		};
	}

	it("does not follow a redirect, to another host or to an address of a private network, and says so", async () => {
		for (const to of [`${world.server.url}/org/repo.git/info/refs`, "http://10.0.0.1/org/repo.git/info/refs"]) {
			using server = await answering((_request, response) => response.writeHead(302, { location: to }).end());
			await expect(server.asked).rejects.toMatchObject({
				code: "conflict",
				message: expect.stringContaining("redirect"),
			});
		}
		expect(world.requests).toEqual([]);
	});

	it("of a server that falls silent, drips or dies in the middle is not made, and each is told", async () => {
		const head = "001e# service=git-upload-pack\n0000";
		const type = { "content-type": "application/x-git-upload-pack-advertisement" };
		const timers: NodeJS.Timeout[] = [];
		const behaviours: Record<string, RequestListener> = {
			silent: () => undefined,
			drips: (_request, response) => {
				response.writeHead(200, type).write(head);
				timers.push(setInterval(() => response.write("0"), 200));
			},
			dies: (_request, response) => {
				response.writeHead(200, { ...type, "content-length": "5000" }).write(head);
				response.socket?.destroySoon();
			},
		};
		const words = { silent: /stopped sending/, drips: /stopped sending/, dies: /could not be reached/ };
		for (const [name, answer] of Object.entries(behaviours)) {
			using server = await answering(answer);
			await expect(server.asked).rejects.toMatchObject({
				code: "unavailable",
				message: expect.stringMatching(words[name as keyof typeof words]),
			});
		}
		for (const timer of timers) clearInterval(timer);
		expect(readdirSync(world.folder).filter((name) => name.endsWith(".git"))).toEqual([]);
		expect(readdirSync(path.join(world.folder, "tmp"))).toEqual([]);
	});

	it("is filled once by two that come at the same time", async () => {
		const both = await Promise.all([shown("main"), shown("main")]);
		expect(both.map(({ ref }) => ref.commit)).toEqual([world.commits.second, world.commits.second]);
		expect(readdirSync(world.folder).filter((name) => name.endsWith(".git"))).toHaveLength(1);
		expect(readdirSync(path.join(world.folder, "tmp"))).toEqual([]);
	});
});

describe("bounds", () => {
	it("refuse an address of this machine that the operator has not opened, before anything is sent", async () => {
		const store = openMirrorStore({ ...world.input, guard: openAddressGuard({ allow: [] }) });
		await expect(shown("main", world.repository, store)).rejects.toMatchObject({ code: "invalid" });
		const named = { ...world.input, githubUrl: world.server.url.replace("127.0.0.1", "localhost") };
		const repository = { ...world.repository, cloneUrl: `${named.githubUrl}/org/repo.git` };
		const byName = openMirrorStore({ ...named, guard: openAddressGuard({ allow: [] }) });
		await expect(shown("main", repository, byName)).rejects.toMatchObject({ code: "invalid" });
		expect(world.requests).toEqual([]);
		const open = openMirrorStore({ ...named, guard: openAddressGuard({ allow: ["localhost"] }) });
		expect((await shown("main", repository, open)).ref.commit).toBe(world.commits.second);
	});

	it("refuse what is not of the connected GitHub", async () => {
		const repository = { ...world.repository, cloneUrl: "https://elsewhere.test/org/repo.git" };
		await expect(shown("main", repository)).rejects.toMatchObject({ code: "conflict" });
	});

	it("refuse a repository that is larger than allowed, and leave nothing of it", async () => {
		world.commit("large.bin", [...Array(60_000)].map(() => Math.random()).join(""));
		world.push();
		const store = openMirrorStore({ ...world.input, limits: { ...mirrorLimits, repositoryBytesMax: 64 * 1024 } });
		await expect(shown("main", world.repository, store)).rejects.toThrow(/is larger than/);
		expect(readdirSync(world.folder).filter((name) => name.endsWith(".git"))).toEqual([]);
	});

	it("remove what is unused for long and what a killed process left, and pass over a mirror in use", async () => {
		await shown("main");
		const leftover = path.join(world.folder, "tmp/fill-left");
		mkdirSync(leftover);
		utimesSync(leftover, 1, 1);
		let now = Date.now();
		const store = openMirrorStore({ ...world.input, now: () => now });
		const names = () => readdirSync(world.folder).filter((name) => name.endsWith(".git"));
		now += mirrorLimits.unusedMsMax + 60_000;
		const key = names()[0]?.replace(/\.git$/, "");
		const file = path.join(world.folder, `${key}.use`);
		const use = await lockFile({ file, mode: "shared", isPatient: true });
		await store.sweep();
		expect(names()).toHaveLength(1);
		use?.release();
		const left = async () => {
			await store.sweep();
			return names();
		};
		await expect.poll(left).toEqual([]);
		expect(readdirSync(path.join(world.folder, "tmp"))).toEqual([]);
	});
});

it("the credential is in no argument of any process, and in no file of the mirrors", async () => {
	const seen: string[] = [];
	world.rules.access = ({ token }) => {
		seen.push(execFileSync("sh", ["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"]).toString());
		return token === testToken ? "read" : "unauthenticated";
	};
	await shown("main");
	const basic = Buffer.from(`x-access-token:${testToken}`).toString("base64");
	expect(seen.length).toBeGreaterThan(0);
	for (const text of seen) expect(text.includes(testToken) || text.includes(basic)).toBe(false);
	const grep = `grep -rlF -e "$1" -e "$2" "$3" || true`;
	expect(execFileSync("sh", ["-c", grep, "sh", testToken, basic, world.folder]).toString()).toBe("");
});
