import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "../domain/errors.ts";
import { environmentBounds } from "./box-environment.ts";
import { openLink } from "./open-link.ts";
import type { OpenedLink } from "./ssh2-link.ts";
import { startTestBox, type TestBox } from "./testing/test-box.ts";

let box: TestBox;
let root: OpenedLink;
let user: OpenedLink;
const timeoutMs = 20_000;

beforeAll(async () => {
	box = await startTestBox();
	root = await openLink({ ...box, user: "root" });
	user = await openLink({ ...box, user: "devbox" });
});

afterAll(async () => {
	root?.close();
	user?.close();
	await box?.close();
});

async function codeOf(work: Promise<unknown>): Promise<string> {
	const error = await work.then(
		() => null,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(AppError);
	return (error as AppError).code;
}

test("each link acts as its own user", async () => {
	expect((await root.run({ command: "id -u", timeoutMs })).stdout).toBe("0\n");
	expect((await user.run({ command: "id -un", timeoutMs })).stdout).toBe("devbox\n");
});

test("exit status, signal and both outputs come back as they were", async () => {
	const result = await user.run({ command: "echo out; echo err >&2; exit 3", timeoutMs });
	expect(result).toEqual({ code: 3, signal: null, stdout: "out\n", stderr: "err\n", isTruncated: false });
	const killed = await user.run({ command: "kill -9 $$", timeoutMs });
	expect([killed.code, killed.signal]).toEqual([null, "SIGKILL"]);
});

test("output past the bound is dropped and said so, and the command still ends by itself", async () => {
	const result = await user.run({ command: "head -c 5000000 /dev/zero | tr '\\0' x", timeoutMs, outputMaxBytes: 1000 });
	expect(result).toMatchObject({ code: 0, stdout: "x".repeat(1000), isTruncated: true });
});

test("a command that outlives its deadline is a timeout, and the link goes on", async () => {
	expect(await codeOf(user.run({ command: "sleep 60", timeoutMs: 100 }))).toBe("timeout");
	expect((await user.run({ command: "echo on", timeoutMs })).stdout).toBe("on\n");
});

test("a background child that keeps the output open does not hold up the result", async () => {
	const result = await user.run({ command: "sleep 30 & echo started", timeoutMs: 5_000 });
	expect(result).toMatchObject({ code: 0, stdout: "started\n" });
});

test("environment arrives whole, to the last variable and byte that are allowed", async () => {
	const env: Record<string, string> = { TEXT: "a b\n'\"$é" };
	for (let i = 1; i < environmentBounds.variablesMax; i++) env[`VARIABLE_${i}`] = "x".repeat(19_000);
	const result = await user.run({ command: 'printf %s "$TEXT"; env | wc -c; echo $LANG', env, timeoutMs });
	expect(result.stdout.startsWith(env.TEXT ?? "")).toBe(true);
	expect(Number(/(\d+)\nC.UTF-8\n$/.exec(result.stdout)?.[1])).toBeGreaterThan(99 * 19_000);
});

test("standard input arrives whole", async () => {
	const bytes = randomBytes(3_000_000);
	const result = await user.run({ command: "sha256sum", stdin: bytes, timeoutMs });
	expect(result.stdout.slice(0, 64)).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("a command that ends before it has read its input still gives its result", async () => {
	const result = await user.run({ command: "echo done", stdin: randomBytes(8_000_000), timeoutMs });
	expect(result).toMatchObject({ code: 0, stdout: "done\n" });
});

test("a terminal has its size, follows a resize, and hangs up its shell when closed", async () => {
	const channel = await user.open({ command: "sh -i", pty: { term: "xterm-256color", cols: 100, rows: 30 } });
	let seen = "";
	channel.stdio.on("data", (chunk: Buffer) => {
		seen += chunk.toString();
	});
	channel.stdio.write("echo pid-$$; stty size; echo $TERM\n");
	await expect.poll(() => seen, { timeout: timeoutMs }).toMatch(/30 100\r\nxterm-256color/);
	channel.resize({ cols: 61, rows: 17 });
	channel.stdio.write("stty size\n");
	await expect.poll(() => seen, { timeout: timeoutMs }).toContain("17 61");
	const pid = /pid-(\d+)\r/.exec(seen)?.[1];
	channel.close();
	const gone = async () => (await root.run({ command: `kill -0 ${pid}`, timeoutMs })).code;
	await expect.poll(gone, { timeout: timeoutMs }).not.toBe(0);
});

test("a signal reaches a user's process", async () => {
	const channel = await user.open({ command: "echo up; exec sleep 60" });
	await once(channel.stdio, "data");
	channel.signal("TERM");
	await expect(channel.exit).resolves.toEqual({ code: null, signal: "SIGTERM" });
});

test("an aborted open channel is closed", async () => {
	const abort = new AbortController();
	const before = user.channels;
	const channel = await user.open({ command: "cat", signal: abort.signal });
	abort.abort();
	await once(channel.stdio, "close");
	await expect.poll(() => user.channels, { timeout: timeoutMs }).toBe(before);
});

test("50 MB pass a channel byte for byte, both ways, in bounded memory", async () => {
	const size = 50 * 1024 * 1024;
	await user.run({ command: `head -c ${size} /dev/urandom >/tmp/fifty`, timeoutMs });
	const expected = (await user.run({ command: "sha256sum </tmp/fifty", timeoutMs })).stdout.slice(0, 64);
	const before = process.memoryUsage().rss;
	let peak = before;
	const channel = await user.open({ command: "cat /tmp/fifty" });
	const hash = createHash("sha256");
	for await (const chunk of channel.stdio) {
		hash.update(chunk as Buffer);
		peak = Math.max(peak, process.memoryUsage().rss);
	}
	expect(hash.digest("hex")).toBe(expected);
	expect(peak - before).toBeLessThan(64 * 1024 * 1024);

	const upload = await user.open({ command: "sha256sum" });
	const sent = createHash("sha256");
	const chunk = randomBytes(1024 * 1024);
	for (let i = 0; i < 50; i++) {
		sent.update(chunk);
		if (!upload.stdio.write(chunk)) await once(upload.stdio, "drain");
	}
	upload.stdio.end();
	let answer = "";
	for await (const text of upload.stdio) answer += text;
	expect(answer.slice(0, 64)).toBe(sent.digest("hex"));
});

test("a reader that stops holds up the process in the box, not our memory", async () => {
	const channel = await user.open({ command: "yes" });
	await once(channel.stdio, "readable");
	const before = process.memoryUsage().rss;
	await user.run({ command: "sleep 1", timeoutMs });
	expect(process.memoryUsage().rss - before).toBeLessThan(16 * 1024 * 1024);
	channel.close();
});

test("32 commands at once all end", async () => {
	const results = await Promise.all(
		Array.from({ length: 32 }, (_, i) => user.run({ command: `echo ${i}`, timeoutMs })),
	);
	expect(results.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 32 }, (_, i) => `${i}\n`));
});

test("files are written, read in part, listed, renamed and removed, and errors have their codes", async () => {
	const files = await user.files();
	await files.makeDirectory("/tmp/link-files");
	const bytes = randomBytes(700_000);
	const file = files.write({ path: "/tmp/link-files/a", mode: 0o640 });
	file.end(bytes);
	await once(file, "finish");
	expect(await files.stat("/tmp/link-files/a")).toMatchObject({ kind: "file", sizeBytes: 700_000, mode: 0o640 });
	const read: Buffer[] = [];
	for await (const chunk of files.read({ path: "/tmp/link-files/a", start: 5, end: 300_000 }))
		read.push(chunk as Buffer);
	expect(Buffer.concat(read).equals(bytes.subarray(5, 300_001))).toBe(true);
	await files.rename({ from: "/tmp/link-files/a", to: "/tmp/link-files/b" });
	expect((await files.list("/tmp/link-files")).entries.map(({ name }) => name)).toEqual(["b"]);
	expect(await codeOf(files.stat("/tmp/link-files/a"))).toBe("not_found");
	expect(await codeOf(files.list("/root"))).toBe("forbidden");
	expect(await codeOf(files.removeDirectory("/tmp/link-files"))).toBe("conflict");
	const missing = files.read({ path: "/tmp/none" });
	await expect(once(missing.resume(), "end")).rejects.toMatchObject({ code: "not_found" });
	await files.removeFile("/tmp/link-files/b");
	await files.removeDirectory("/tmp/link-files");
	files.close();
});

test("a connection reaches a server in the box, and none is an error that names the port", async () => {
	const server = await user.open({
		command: `exec perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die; print $s->sockport, "\\n"; $| = 1; print ""; while ($c = $s->accept) { print $c scalar <$c>; close $c }'`,
	});
	const [line] = (await once(server.stdio, "data")) as [Buffer];
	const stream = await user.openTcp({ host: "127.0.0.1", port: Number(line.toString()) });
	stream.write("hello\n");
	const [answer] = (await once(stream, "data")) as [Buffer];
	expect(answer.toString()).toBe("hello\n");
	stream.destroy();
	server.signal("TERM");
	server.close();
	await expect(user.openTcp({ host: "127.0.0.1", port: 1 })).rejects.toThrow(/port 1\b/);
});

test("a broken stream rejects what runs, and never invents an exit status", async () => {
	const other = await openLink({ ...box, user: "devbox" });
	const channel = await other.open({ command: "sleep 60" });
	const running = other.run({ command: "sleep 60", timeoutMs });
	const codes = Promise.all([codeOf(channel.exit), codeOf(running)]);
	box.breakStreams();
	expect(await codes).toEqual(["unavailable", "unavailable"]);
	await other.closed;
	expect(other.isOpen).toBe(false);
	expect(await codeOf(other.open({ command: "true" }))).toBe("unavailable");
	root = await openLink({ ...box, user: "root" });
	user = await openLink({ ...box, user: "devbox" });
});

test("a link leaves no process of ours in the box when it is closed", async () => {
	const other = await openLink({ ...box, user: "devbox" });
	const before = box.running;
	other.close();
	await other.closed;
	await expect.poll(() => box.running, { timeout: timeoutMs }).toBe(before - 1);
});
