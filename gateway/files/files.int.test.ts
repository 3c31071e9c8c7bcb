import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { extract, type Header, pack } from "tar-stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "../../lib/domain/actor.ts";
import type { BoxLinks } from "../../lib/domain/box-link.ts";
import { createBoxLinks } from "../../lib/link/box-links.ts";
import { startTestBox, type TestBox } from "../../lib/link/testing/test-box.ts";
import { removeUploads } from "../../lib/usecases/files/sweep-uploads.ts";
import { uploadFile } from "../../lib/usecases/files/upload-file.ts";
import { eventually } from "../testing/eventually.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";
import { transfersPerCredentialMax } from "./transfers.ts";

let box: TestBox;
let gate: TestGateway;
let ann: TestPerson;
let bob: TestPerson;
let devbox: string;
/** A directory of this run's current test, absolute. */
let folder: string;

beforeAll(async () => {
	// These tests write as root, mount and remove: in a stand-in that shares this machine's files they would do it to the machine.
	if (process.env.DEVBOX_TEST_BOX === "local") throw new Error("These tests need a box of their own.");
	box = await startTestBox();
	gate = await startTestGateway({
		openLinks: linksIntoBox,
	});
	ann = await gate.addPerson();
	bob = await gate.addPerson({ workspaceId: ann.workspaceId });
	devbox = await gate.addDevbox(ann, { name: "work" });
});

afterAll(async () => {
	await gate.close();
	await box.close();
});

beforeEach(async () => {
	const made = await post("files/mkdir", { path: `t-${randomBytes(6).toString("hex")}`, parents: true });
	folder = ((await made.json()) as { path: string }).path;
});

/** Every box of the gateway leads into this one. */
function linksIntoBox(): BoxLinks {
	return createBoxLinks({ engine: { exec: (o) => box.engine.exec({ ...o, name: box.instance }) } });
}

type Query = Record<string, string>;

function urlOf(what: string, query: Query = {}): string {
	return `/api/v1/devboxes/${devbox}/${what}?${new URLSearchParams(query)}`;
}

function post(what: string, body: unknown): Promise<Response> {
	return gate.request(urlOf(what), { as: ann, body });
}

function get(what: string, query: Query, headers: Record<string, string> = {}): Promise<Response> {
	return gate.request(urlOf(what, query), { as: ann, headers });
}

type Source = Buffer | Readable;

/** As a page of the dashboard does: a cookie, its own origin, a body that is a stream. */
function put(what: string, query: Query, body: Source, headers: Record<string, string> = {}): Promise<Response> {
	return fetch(`${gate.origin}${urlOf(what, query)}`, {
		method: "PUT",
		headers: { origin: gate.origin, cookie: ann.cookie, "content-type": "application/octet-stream", ...headers },
		body: (body instanceof Readable ? Readable.toWeb(body) : body) as BodyInit,
		duplex: "half",
		signal: AbortSignal.timeout(60_000),
	} as RequestInit);
}

const at = (name: string) => `${folder}/${name}`;
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

async function namesIn(path: string): Promise<string[]> {
	const answer = await get("files/list", { path });
	expect(answer.status).toBe(200);
	return ((await answer.json()) as { entries: { name: string }[] }).entries.map(({ name }) => name);
}

async function contentOf(path: string): Promise<string> {
	const answer = await get("files", { path });
	return answer.ok ? answer.text() : `${answer.status}`;
}

async function refusal(answer: Response): Promise<[number, string, string]> {
	const { code, detail } = (await answer.json()) as { code: string; detail: unknown };
	return [answer.status, code, typeof detail === "string" ? detail : JSON.stringify(detail)];
}

async function upload(name: string, content: string): Promise<void> {
	expect((await put("files", { path: at(name) }, Buffer.from(content))).status).toBe(201);
}

async function inBox(command: string, user: "devbox" | "root" = "devbox"): Promise<string> {
	const links = linksIntoBox();
	try {
		const link = await links.get({ instance: box.instance, user });
		const result = await link.run({ command, timeoutMs: 30_000, env: { FOLDER: folder } });
		return `${result.stdout}${result.stderr}`.trim();
	} finally {
		await links.close();
	}
}

describe("a file", () => {
	const names = [
		"plain.txt",
		"two words",
		`quotes ' " \` $HOME $(id)`,
		"line\nend and\ttab",
		"-rf",
		"--help",
		"*",
		"~",
		"日本語 ümlaut 🚀",
		"back\\slash",
		"x".repeat(255),
	];
	test.each(names.map((name) => [name.slice(0, 30), name]))(
		"named %j goes there and comes back as it was",
		async (_, name) => {
			const bytes = randomBytes(70_000);
			const sent = await put("files", { path: at(name), mode: "640" }, bytes);
			expect(await sent.json()).toEqual({ path: at(name), size_bytes: 70_000, mode: "0640", sha256: sha256(bytes) });
			expect(sent.status).toBe(201);
			const got = await get("files", { path: at(name) });
			expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
			expect(got.headers.get("x-file-mode")).toBe("0640");
			expect(await namesIn(folder)).toEqual([name]);
			const moved = await post("files/move", { from: at(name), to: at("moved") });
			expect(await moved.json()).toMatchObject({ path: at("moved"), kind: "file", size_bytes: 70_000, mode: "0640" });
			const removed = await gate.request(urlOf("files", { path: at("moved") }), { as: ann, method: "DELETE" });
			expect(removed.status).toBe(204);
			expect(await namesIn(folder)).toEqual([]);
		},
	);

	test("comes as an attachment that no browser shows, runs or guesses at", async () => {
		const name = `evil "page" ü.html`;
		await upload(name, "<script>alert(1)</script>");
		const got = await get("files", { path: at(name) });
		expect(Object.fromEntries(got.headers)).toMatchObject({
			"content-type": "application/octet-stream",
			"content-disposition": `attachment; filename="evil _page_ _.html"; filename*=UTF-8''evil%20%22page%22%20%C3%BC.html`,
			"x-content-type-options": "nosniff",
			"content-security-policy": "sandbox; default-src 'none'",
			"cache-control": "no-store",
			"content-length": "25",
			"cross-origin-resource-policy": "same-origin",
		});
		await got.body?.cancel();
	});

	test("is found by relative paths from the home, and `..` goes no further than the root", async () => {
		const name = folder.slice(folder.lastIndexOf("/") + 1);
		await upload("a", "here");
		for (const path of [`${name}/a`, `~/${name}/a`, `./${name}//./a`, `../../../..${folder}/b/../a`])
			expect([path, await contentOf(path)]).toEqual([path, "here"]);
	});

	const refused = ["", "a\0b", "bell\u0007", "~root/x", "y".repeat(300), "/a".repeat(3000)];
	test.each(refused.map((path) => [path.slice(0, 30), path]))(
		"path %j is refused by its place in the request",
		async (_, path) => {
			for (const answer of [await get("files", { path }), await put("files", { path }, Buffer.alloc(1))]) {
				expect(answer.status).toBe(422);
				expect(((await answer.json()) as { detail: unknown[] }).detail[0]).toMatchObject({ loc: ["query", "path"] });
			}
			const { detail } = (await (await post("files/move", { from: path, to: "b" })).json()) as { detail: unknown[] };
			expect(detail[0]).toMatchObject({ loc: ["body", "from"] });
		},
	);

	test("comes in part when a part is asked for", async () => {
		await upload("a", "0123456789");
		const parts = { "bytes=2-4": "234", "bytes=7-": "789", "bytes=-3": "789", "bytes=8-100": "89" };
		for (const [range, content] of Object.entries(parts)) {
			const got = await get("files", { path: at("a") }, { range });
			expect([range, got.status, await got.text()]).toEqual([range, 206, content]);
			expect(got.headers.get("content-range")).toMatch(/^bytes \d-9\/10$|^bytes 2-4\/10$/);
		}
		const none = await get("files", { path: at("a") }, { range: "bytes=10-" });
		expect([none.status, none.headers.get("content-range")]).toEqual([416, "bytes */10"]);
		const whole = await get("files", { path: at("a") }, { range: "bytes=2-4", "if-range": `"of-another-version"` });
		expect([whole.status, await whole.text()]).toEqual([200, "0123456789"]);
		const same = await get(
			"files",
			{ path: at("a") },
			{ range: "bytes=2-4", "if-range": whole.headers.get("etag") ?? "" },
		);
		expect([same.status, await same.text()]).toEqual([206, "234"]);
	});

	test("that is empty is a file all the same, and HEAD sends none of any", async () => {
		await upload("empty", "");
		const got = await get("files", { path: at("empty") });
		expect([got.status, got.headers.get("content-length"), await got.text()]).toEqual([200, "0", ""]);
		await upload("a", "12345");
		const head = await gate.request(urlOf("files", { path: at("a") }), { as: ann, method: "HEAD" });
		expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "5", ""]);
	});

	test("brings the sum of what was sent to a client that takes trailers", async () => {
		const bytes = randomBytes(600_000);
		await put("files", { path: at("a") }, bytes);
		const answer = await rawGet(urlOf("files", { path: at("a") }), { te: "trailers" });
		expect(sha256(await buffer(answer))).toBe(sha256(bytes));
		expect(answer.trailers["x-content-sha256"]).toBe(sha256(bytes));
		expect(answer.headers["x-file-size"]).toBe("600000");
	});

	test("is not kept when its sum is not the one that was told, in query or header", async () => {
		const sum = sha256(Buffer.from("right"));
		for (const [query, headers] of [
			[{ sha256: sum }, {}],
			[{}, { "x-content-sha256": sum }],
		] as [Query, Query][]) {
			const wrong = await put("files", { path: at("a"), ...query }, Buffer.from("wrong"), headers);
			expect((await refusal(wrong)).slice(0, 2)).toEqual([422, "invalid"]);
			expect(await namesIn(folder)).toEqual([]);
			const right = await put("files", { path: at("a"), ...query }, Buffer.from("right"), headers);
			expect(right.status).toBe(201);
			await gate.request(urlOf("files", { path: at("a") }), { as: ann, method: "DELETE" });
		}
	});

	test("keeps its mode when it is replaced, and is not replaced where that is not wanted", async () => {
		await put("files", { path: at("a"), mode: "0755" }, Buffer.from("one"));
		const kept = await put("files", { path: at("a"), overwrite: "false" }, Buffer.from("two"));
		expect(await refusal(kept)).toEqual([409, "conflict", expect.stringContaining("overwrite=true")]);
		expect(await contentOf(at("a"))).toBe("one");
		expect(await (await put("files", { path: at("a") }, Buffer.from("three"))).json()).toMatchObject({ mode: "0755" });
		expect(await contentOf(at("a"))).toBe("three");
		expect(await namesIn(folder)).toEqual(["a"]);
	});

	test("behind a symlink is replaced where it is, and the link stays", async () => {
		await upload("real", "one");
		await inBox(`ln -s real "$FOLDER/link" && ln -s nowhere "$FOLDER/dangling"`);
		expect(await (await put("files", { path: at("link") }, Buffer.from("two"))).json()).toMatchObject({
			path: at("real"),
		});
		expect(await contentOf(at("real"))).toBe("two");
		const stat = await (await get("files/stat", { path: at("link") })).json();
		expect(stat).toMatchObject({ kind: "symlink", target: "real", target_kind: "file" });
		const dangling = await (await get("files/stat", { path: at("dangling") })).json();
		expect(dangling).toMatchObject({ kind: "symlink", target: "nowhere", target_kind: null });
	});

	test("of which the client sends a part only has no name, and what was under that name stays", async () => {
		await upload("a", "before");
		for (const name of ["a", "new"]) {
			const sending = httpRequest(`${gate.origin}${urlOf("files", { path: at(name) })}`, {
				method: "PUT",
				headers: { origin: gate.origin, cookie: ann.cookie, "content-length": "5000000" },
			});
			sending.on("error", () => undefined);
			sending.write(randomBytes(2_000_000));
			await eventually("the part", async () => (await namesIn(folder)).some((each) => each.startsWith(".devbox-")));
			sending.destroy();
			await eventually("its end", async () => (await namesIn(folder)).join() === "a");
		}
		expect(await contentOf(at("a"))).toBe("before");
	});

	test("whose sender falls silent is ended, and of it nothing stays", async () => {
		await upload("a", "before");
		for (const name of ["a", "new"]) {
			const body = new Readable({ read: () => undefined });
			body.push(randomBytes(2_000_000));
			const query = { path: at(name), overwrite: "true", parents: "false", user: "devbox" } as const;
			const actor: Actor = {
				kind: "session",
				userId: ann.userId,
				login: "ann",
				workspaceId: ann.workspaceId,
				role: "owner",
				scopes: ["devbox:read", "devbox:write", "exec"],
				credentialId: ann.sessionId,
				isProvider: false,
			};
			const links = linksIntoBox();
			const sent = uploadFile({ db: gate.db, linksOf: () => links, previewBase: null }, actor, {
				params: { id: devbox },
				query,
				body,
				signal: new AbortController().signal,
				idleMs: 500,
			});
			await expect(sent).rejects.toMatchObject({
				code: "timeout",
				message: expect.stringContaining("nothing of it moved"),
			});
			await links.close();
			expect(await namesIn(folder)).toEqual(["a"]);
		}
		expect(await contentOf(at("a"))).toBe("before");
	});

	test("to one name from many at once is one of them, whole", async () => {
		const contents = Array.from({ length: 8 }, () => randomBytes(400_000));
		const answers = await Promise.all(contents.map((bytes) => put("files", { path: at("a") }, bytes)));
		expect(answers.map(({ status }) => status)).toEqual(contents.map(() => 201));
		const got = Buffer.from(await (await get("files", { path: at("a") })).arrayBuffer());
		expect(contents.some((bytes) => bytes.equals(got))).toBe(true);
		expect(await namesIn(folder)).toEqual(["a"]);
		const first = await Promise.all(
			contents.map((bytes) => put("files", { path: at("b"), overwrite: "false" }, bytes)),
		);
		expect(first.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
	});

	test("of 300 MB passes both ways while this process holds little of it", async () => {
		const size = 300 * 1024 * 1024;
		const before = process.memoryUsage().rss;
		const piece = randomBytes(1024 * 1024);
		let peak = 0;
		async function* pieces() {
			for (let sent = 0; sent < size; sent += piece.length) {
				peak = Math.max(peak, process.memoryUsage().rss);
				yield piece;
			}
		}
		const sent = await put("files", { path: at("big") }, Readable.from(pieces()));
		const { size_bytes, sha256: sum } = (await sent.json()) as { size_bytes: number; sha256: string };
		expect(size_bytes).toBe(size);
		const got = await rawGet(urlOf("files", { path: at("big") }));
		const hash = createHash("sha256");
		for await (const chunk of got) {
			peak = Math.max(peak, process.memoryUsage().rss);
			hash.update(chunk as Buffer);
		}
		expect(hash.digest("hex")).toBe(sum);
		// Sender, gateway and receiver are this one process.
		expect(peak - before).toBeLessThan(160 * 1024 * 1024);
	});

	test("stays in the box while its client does not read", async () => {
		await inBox(`head -c 104857600 /dev/zero > "$FOLDER/big"`);
		const got = await rawGet(urlOf("files", { path: at("big") }));
		got.pause();
		const before = process.memoryUsage().rss;
		await inBox("sleep 1");
		expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024);
		got.destroy();
	});

	test("larger than the disk has room for is refused in words, and nothing of it stays", async () => {
		await inBox(`mkdir "$FOLDER/small"`);
		await inBox(`mount -t tmpfs -o size=1m,uid=1000,gid=1000 tmpfs "$FOLDER/small"`, "root");
		const answer = await put("files", { path: at("small/a") }, randomBytes(4_000_000));
		expect(await refusal(answer)).toEqual([409, "conflict", expect.stringContaining("disk is full")]);
		const entries = { a: randomBytes(4_000_000) };
		const archive = await put("archive", { path: at("small/b") }, await tarOf(entries));
		expect(await refusal(archive)).toEqual([409, "conflict", expect.stringContaining("disk is full")]);
		expect(await namesIn(at("small"))).toEqual([]);
		const removed = await gate.request(urlOf("files", { path: folder, recursive: "true" }), {
			as: ann,
			method: "DELETE",
		});
		expect(await refusal(removed)).toEqual([409, "conflict", expect.stringContaining("is mounted")]);
		await inBox(`umount "$FOLDER/small"`, "root");
	});
});

describe("who asks for what is not there or not theirs", () => {
	test("is told which it is", async () => {
		await inBox(`mkdir "$FOLDER/dir" && mkfifo "$FOLDER/fifo"`);
		await upload("file", "x");
		const cases: [Promise<Response>, number, string][] = [
			[get("files", { path: at("none") }), 404, "not_found"],
			[get("files", { path: at("dir") }), 409, "conflict"],
			[get("files", { path: at("fifo") }), 409, "conflict"],
			[get("files", { path: "/etc/shadow" }), 403, "forbidden"],
			[get("files/stat", { path: at("none") }), 404, "not_found"],
			[get("files/list", { path: at("none") }), 404, "not_found"],
			[get("files/list", { path: at("file") }), 409, "conflict"],
			[get("files/list", { path: "/root" }), 403, "forbidden"],
			[get("archive", { path: at("none") }), 404, "not_found"],
			[get("archive", { path: at("file") }), 409, "conflict"],
			[get("archive", { path: "/root" }), 403, "forbidden"],
			[put("files", { path: at("dir") }, Buffer.alloc(1)), 409, "conflict"],
			[put("files", { path: at("none/a") }, Buffer.alloc(1)), 409, "conflict"],
			[put("files", { path: at("file/a") }, Buffer.alloc(1)), 409, "conflict"],
			[put("files", { path: "/etc/mine" }, Buffer.alloc(1)), 403, "forbidden"],
			[put("files", { path: "/" }, Buffer.alloc(1)), 409, "conflict"],
			[post("files/mkdir", { path: at("dir") }), 409, "conflict"],
			[post("files/mkdir", { path: at("a/b/c") }), 409, "conflict"],
			[post("files/mkdir", { path: "/etc/mine" }), 403, "forbidden"],
			[post("files/move", { from: at("none"), to: at("b") }), 404, "not_found"],
			[post("files/move", { from: at("file"), to: at("none/b") }), 409, "conflict"],
			[post("files/move", { from: at("file"), to: at("dir") }), 409, "conflict"],
			[post("files/move", { from: at("dir"), to: at("dir/in") }), 422, "invalid"],
		];
		for (const [answer, status, code] of cases) {
			const got = await answer;
			expect([got.url, ...(await refusal(got))]).toEqual([got.url, status, code, expect.any(String)]);
		}
	});

	test("as root may what devbox may not", async () => {
		const got = await get("files", { path: "/etc/shadow", user: "root" });
		expect([got.status, (await got.text()).includes("root:")]).toEqual([200, true]);
	});

	test("parents are made when asked for, and files never replaced by accident", async () => {
		expect((await put("files", { path: at("x/y/z"), parents: "true" }, Buffer.from("1"))).status).toBe(201);
		expect((await post("files/mkdir", { path: at("p/q/r"), parents: true, mode: "0700" })).status).toBe(201);
		expect((await post("files/mkdir", { path: at("p/q/r"), parents: true })).status).toBe(201);
		expect(await (await get("files/stat", { path: at("p/q/r") })).json()).toMatchObject({ mode: "0700" });
		await upload("a", "a");
		await upload("b", "b");
		expect((await post("files/move", { from: at("a"), to: at("b") })).status).toBe(409);
		expect((await post("files/move", { from: at("a"), to: at("b"), overwrite: true })).status).toBe(200);
		expect(await contentOf(at("b"))).toBe("a");
		// /run and the home are different file systems.
		const other = `/run/user-${folder.slice(-12)}`;
		await inBox(`mkdir -m 777 ${other}`, "root");
		expect((await post("files/move", { from: at("b"), to: `${other}/b` })).status).toBe(200);
		expect(await contentOf(`${other}/b`)).toBe("a");
	});

	test("may not remove the root, a home, what is mounted, or a directory that is not empty unless it is meant", async () => {
		const remove = (path: string, recursive = "false") =>
			gate.request(urlOf("files", { path, recursive }), { as: ann, method: "DELETE" });
		const home = folder.slice(0, folder.lastIndexOf("/"));
		await inBox(`ln -s "$(dirname "$FOLDER")/.." "$FOLDER/up"`);
		for (const path of ["/", "/..", home, `${home}/.`, `${home}/..`, "/root", `${at("up")}/${home.split("/").at(-1)}`])
			expect([path, (await remove(path)).status]).toEqual([path, 422]);
		expect(await refusal(await remove("/proc"))).toEqual([409, "conflict", expect.stringContaining("is mounted")]);
		await upload("d", "1");
		await post("files/mkdir", { path: at("full") });
		await upload("full/a", "1");
		expect((await remove(at("full"))).status).toBe(409);
		expect((await remove(at("full"), "true")).status).toBe(204);
		expect((await remove(at("up"))).status).toBe(204);
		expect(await namesIn(folder)).toEqual(["d"]);
	});

	test("finds another person's box not there, a stopped one to be started, and a strange page's upload refused", async () => {
		const others = await gate.addDevbox(bob);
		const stopped = await gate.addDevbox(ann, { state: "stopped", power: "off", desiredState: "stopped" });
		const url = (id: string) => `/api/v1/devboxes/${id}/files?path=a`;
		expect((await gate.request(url(others), { as: ann })).status).toBe(404);
		expect((await gate.request(url(others), { as: ann, method: "PUT", body: "x" })).status).toBe(404);
		const off = await gate.request(url(stopped), { as: ann });
		expect(await refusal(off)).toEqual([409, "wrong_state", expect.stringContaining("Start it")]);
		const strange = await put("files", { path: at("a") }, Buffer.from("x"), { origin: "https://evil.example" });
		expect((await refusal(strange)).slice(0, 2)).toEqual([403, "forbidden"]);
	});

	test("has no more transfers under way than are allowed, and is cut off when the session ends", async () => {
		await inBox(`head -c 50000000 /dev/zero > "$FOLDER/big"`);
		const browser = await gate.addPerson({ workspaceId: ann.workspaceId });
		const theirs = await gate.addDevbox(browser);
		const url = `/api/v1/devboxes/${theirs}/files?${new URLSearchParams({ path: at("big") })}`;
		const under = await Promise.all(
			Array.from({ length: transfersPerCredentialMax }, () => rawGet(url, { cookie: browser.cookie })),
		);
		expect((await gate.request(url, { as: browser })).status).toBe(429);
		const ends = under.map((answer) => once(answer, "aborted"));
		for (const answer of under) answer.on("error", () => undefined);
		await gate.db.prisma.session.update({ where: { id: browser.sessionId }, data: { revokedAt: new Date() } });
		for (const answer of under) answer.on("data", () => undefined);
		await Promise.all(ends);
		expect(under.map(({ complete }) => complete)).toEqual(under.map(() => false));
	});
});

type Content = Buffer | string | (Partial<Header> & { content?: Buffer });
type Entries = Record<string, Content>;

async function tarOf(entries: Entries): Promise<Buffer> {
	const archive = pack();
	const whole = buffer(archive as unknown as Readable);
	for (const [name, content] of Object.entries(entries)) {
		if (Buffer.isBuffer(content) || typeof content === "string") archive.entry({ name, mode: 0o644 }, content);
		else archive.entry({ name, mode: 0o644, ...content }, content.content ?? Buffer.alloc(0));
	}
	archive.finalize();
	return whole;
}

type Read = { header: Header; content: Buffer };

async function entriesOf(archive: Buffer): Promise<Map<string, Read>> {
	const found = new Map<string, Read>();
	const reader = extract();
	reader.write(archive);
	reader.end(undefined);
	for await (const entry of reader)
		found.set(entry.header.name, { header: entry.header, content: await buffer(entry as unknown as Readable) });
	return found;
}

describe("an archive", () => {
	test("of a directory comes and goes back byte for byte, with modes, times, links and odd names", async () => {
		await inBox(
			[
				`cd "$FOLDER" && mkdir -p src/deep/er && cd src`,
				"head -c 300000 /dev/urandom > blob && chmod 600 blob",
				`printf 'x' > 'a b "q" ü' && printf 'y' > "$(printf 'line\\nend')" && printf z > -rf`,
				"ln -s ../deep/er/none deep/up && ln -s blob near && ln blob deep/hard",
				"printf run > run.sh && chmod 755 run.sh && mkdir locked && printf s > locked/s && chmod 555 locked",
				`touch -d 2001-02-03T04:05:06Z run.sh && mkdir -p "deep/${"n".repeat(200)}/${"m".repeat(200)}" && touch "deep/${"n".repeat(200)}/${"m".repeat(200)}/f"`,
			].join(" && "),
		);
		const got = await get("archive", { path: at("src") });
		expect(got.headers.get("content-type")).toBe("application/x-tar");
		expect(got.headers.get("content-disposition")).toContain(`filename="src.tar"`);
		expect(got.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
		const archive = Buffer.from(await got.arrayBuffer());
		for (const [name, body] of [
			["plain", archive],
			["zipped", gzipSync(archive)],
		] as const) {
			const sent = await put("archive", { path: at(name) }, body);
			expect(await sent.json()).toMatchObject({ path: at(name), entries: (await entriesOf(archive)).size });
			expect(await inBox(`cd "$FOLDER" && diff -r --no-dereference src ${name}`)).toBe("");
			const listing = `find . -printf '%P %y %m %T@ %l\\n' | sed 's/\\.[0-9]* / /' | sort`;
			expect(await inBox(`cd "$FOLDER/${name}" && ${listing}`)).toBe(await inBox(`cd "$FOLDER/src" && ${listing}`));
		}
		await inBox(`chmod -R u+w "$FOLDER"`);
	});

	test("leaves out on the way down what leads out or is no file, and says how many", async () => {
		await inBox(
			`mkdir "$FOLDER/src" && cd "$FOLDER/src" && touch keep && ln -s /etc/passwd out && ln -s ../../x up && mkfifo pipe && touch closed && chmod 000 closed`,
		);
		const answer = await rawGet(urlOf("archive", { path: at("src") }), { te: "trailers" });
		const archive = await buffer(answer);
		expect([...(await entriesOf(archive)).keys()].sort()).toEqual(["./", "keep"]);
		expect(answer.trailers).toMatchObject({ "x-archive-omitted": "4", "x-content-sha256": sha256(archive) });
	});

	const hostile: Record<string, Entries> = {
		"an absolute path": { ok: "1", "/tmp/devbox-escape": "2" },
		"`..` in a path": { ok: "1", "a/../../devbox-escape": "2" },
		"a file under a symlink that leads out": {
			l: { type: "symlink", linkname: "/tmp" },
			"l/devbox-escape": "2",
		},
		"a relative symlink that leads out": { "a/l": { type: "symlink", linkname: "../../x" } },
		"a symlink that leads out by way of another": {
			"a/b/up": { type: "symlink", linkname: "../.." },
			l: { type: "symlink", linkname: "a/b/up/../x" },
		},
		"a file under a symlink that stays inside": {
			d: { type: "directory", mode: 0o755 },
			l: { type: "symlink", linkname: "d" },
			"l/f": "2",
		},
		"a hard link out": { l: { type: "link", linkname: "../../etc/passwd" } },
		"an absolute hard link": { l: { type: "link", linkname: "/etc/passwd" } },
		"a hard link to a symlink, which would mean another place there": {
			"a/b/l": { type: "symlink", linkname: "../../x" },
			m: { type: "link", linkname: "a/b/l" },
		},
		"a device": { d: { type: "character-device", devmajor: 1, devminor: 3 } },
		"a pipe": { p: { type: "fifo" } },
		"a link in the place of its root": { ".": { type: "symlink", linkname: "x" } },
		"a symlink that becomes a directory": {
			l: { type: "symlink", linkname: "d" },
			"l/": { type: "directory", mode: 0o755 },
		},
	};

	test.each(Object.keys(hostile))("with %s is refused, and nothing of it is there", async (what) => {
		const answer = await put("archive", { path: at("target") }, await tarOf(hostile[what] ?? {}));
		expect(await refusal(answer)).toEqual([422, "invalid", expect.stringContaining("Nothing was unpacked")]);
		expect(await namesIn(folder)).toEqual([]);
		expect(await inBox("ls /tmp/devbox-escape 2>/dev/null")).toBe("");
	});

	test("that is cut, damaged, no archive or of an impossible size is refused, and nothing of it is there", async () => {
		const whole = await tarOf({ a: randomBytes(100_000), b: "2" });
		const huge = Buffer.from(whole);
		huge.write("77777777777\0", 124);
		reseal(huge);
		const beyond = Buffer.from(whole);
		Buffer.from([0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).copy(beyond, 124);
		reseal(beyond);
		const bad = {
			"in an entry": whole.subarray(0, 50_000),
			"between entries": whole.subarray(0, 512 + 100_352),
			"zipped and cut": gzipSync(whole).subarray(0, 60_000),
			text: Buffer.from("no archive at all ".repeat(100)),
			nothing: Buffer.alloc(0),
			huge,
			beyond,
		};
		for (const [what, bytes] of Object.entries(bad)) {
			const answer = await put("archive", { path: at("target") }, bytes);
			expect([what, answer.status]).toEqual([what, 422]);
			expect(await namesIn(folder)).toEqual([]);
		}
	});

	test("cut off by its sender leaves the target as it was", async () => {
		await put("archive", { path: at("target") }, await tarOf({ a: "before" }));
		for (const if_exists of ["merge", "replace"]) {
			const sending = httpRequest(`${gate.origin}${urlOf("archive", { path: at("target"), if_exists })}`, {
				method: "PUT",
				headers: { origin: gate.origin, cookie: ann.cookie, "content-length": "9000000" },
			});
			sending.on("error", () => undefined);
			sending.write((await tarOf({ a: "after", b: randomBytes(5_000_000) })).subarray(0, 2_000_000));
			const inside = if_exists === "merge" ? at("target") : folder;
			await eventually("the part", async () => (await namesIn(inside)).some((name) => name.startsWith(".devbox-")));
			sending.destroy();
			await eventually("its end", async () => (await namesIn(inside)).every((name) => !name.startsWith(".devbox-")));
		}
		expect([await namesIn(at("target")), await contentOf(at("target/a"))]).toEqual([["a"], "before"]);
	});

	test("fails on, merges into or replaces what is there, as it was told", async () => {
		const target = at("target");
		const send = async (if_exists: string, entries: Entries) =>
			(await put("archive", { path: target, if_exists, parents: "true" }, await tarOf(entries))).status;
		expect(await send("fail", { "d/a": "1", b: "1" })).toBe(201);
		expect(await send("fail", { "d/a": "2" })).toBe(409);
		expect(await send("merge", { "d/a": "2", "d/c": "2" })).toBe(201);
		expect([await contentOf(`${target}/d/a`), await contentOf(`${target}/b`)]).toEqual(["2", "1"]);
		expect(await send("merge", { d: "a file in the place of a directory" })).toBe(409);
		expect(await send("merge", { "b/x": "a directory in the place of a file" })).toBe(409);
		expect(await send("replace", { e: "3" })).toBe(201);
		expect(await namesIn(target)).toEqual(["e"]);
		expect(await namesIn(folder)).toEqual(["target"]);
	});

	test("merged writes through no symlink that the box has", async () => {
		await inBox(
			`mkdir "$FOLDER/t" "$FOLDER/o" && echo old > "$FOLDER/o/f" && cd "$FOLDER/t" && ln -s ../o dir && ln -s ../o/f file`,
		);
		const into = await put("archive", { path: at("t"), if_exists: "merge" }, await tarOf({ "dir/f": "new" }));
		expect(into.status).toBe(409);
		const over = await put("archive", { path: at("t"), if_exists: "merge" }, await tarOf({ file: "new" }));
		expect(over.status).toBe(201);
		expect([await contentOf(at("o/f")), await contentOf(at("t/file"))]).toEqual(["old\n", "new"]);
	});

	test("takes neither owner nor set-user-id bits along, not even for root", async () => {
		const body = await tarOf({ tool: { mode: 0o6755, uid: 1234, gid: 1234, content: Buffer.from("x") } });
		const url = urlOf("archive", { path: at("as-root"), user: "root" });
		const sent = await fetch(`${gate.origin}${url}`, {
			method: "PUT",
			headers: { origin: gate.origin, cookie: ann.cookie },
			body: body as BodyInit,
		});
		expect(sent.status).toBe(201);
		expect(await inBox(`stat -c '%U %a' "$FOLDER/as-root/tool"`)).toBe("root 755");
		await inBox(`rm -r "$FOLDER/as-root"`, "root");
	});
});

test("what killed uploads left is removed after a day, and what is younger or another's is not", async () => {
	const old = ".devbox-upload-0123456789abcdef";
	await inBox(`cd "$FOLDER" && mkdir ${old} && touch ${old}/f .devbox-upload-mine && chmod 500 ${old}`);
	const links = linksIntoBox();
	const link = await links.get({ instance: box.instance, user: "devbox" });
	await removeUploads(link, { folder, before: "1 day ago" });
	expect(await namesIn(folder)).toEqual([old, ".devbox-upload-mine"].sort());
	await removeUploads(link, { folder, before: "now" });
	expect(await namesIn(folder)).toEqual([".devbox-upload-mine"]);
	await links.close();
});

test("a box that breaks off in the middle breaks the download off: a part is never taken for the whole", async () => {
	await inBox(`head -c 100000000 /dev/zero > "$FOLDER/big"`);
	for (const what of ["files", "archive"]) {
		const got = await rawGet(urlOf(what, { path: what === "files" ? at("big") : folder }));
		await once(got, "readable");
		box.breakStreams();
		const read = buffer(got);
		await expect(read).rejects.toThrow();
		expect(got.complete).toBe(false);
	}
});

function reseal(archive: Buffer): void {
	archive.fill(" ", 148, 156);
	const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
	archive.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
}

async function rawGet(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
	const asking = httpRequest(`${gate.origin}${path}`, { headers: { cookie: ann.cookie, ...headers } });
	asking.end();
	const [answer] = (await once(asking, "response")) as [IncomingMessage];
	return answer;
}
