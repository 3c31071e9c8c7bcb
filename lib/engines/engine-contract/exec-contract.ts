/** The byte stream into a box, and the process at its other end. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExecStream } from "../engine.ts";
import { type Context, digestOf, runningBox, sha256, testTimeoutMs, text } from "./context.ts";

const megabyte = 1024 * 1024;
const payloadBytes = 20 * megabyte;

export function execBytesContract(context: () => Context): void {
	let name: string;
	beforeAll(async () => {
		name = await runningBox(context());
	}, testTimeoutMs);
	afterAll(async () => {
		await context().engine.destroy({ name });
	}, testTimeoutMs);

	test("20 MB of random bytes come back from the box exactly, and the end of input is seen", async () => {
		const stream = await context().engine.exec({ name, command: ["cat"] });
		const payload = randomBytes(payloadBytes);
		const echoed = digestOf(stream.stdio);
		stream.stdio.end(payload);
		expect(await echoed).toEqual({ bytes: payloadBytes, sha256: sha256(payload) });
		expect(await stream.exit).toEqual({ code: 0, signal: null });
	});

	test("a reader that does not read holds the writer, and loses nothing", async () => {
		const stream = await context().engine.exec({ name, command: ["cat"] });
		const payload = randomBytes(payloadBytes);
		const written = await writeUntilHeld(stream, payload);
		expect(written).toBeLessThan(payloadBytes);
		expect(stream.stdio.readableLength).toBeLessThan(megabyte);
		const echoed = digestOf(stream.stdio);
		stream.stdio.end(payload.subarray(written));
		expect(await echoed).toEqual({ bytes: payloadBytes, sha256: sha256(payload) });
	});

	test("no input at all is an end", async () => {
		const stream = await context().engine.exec({ name, command: ["cat"] });
		stream.stdio.end();
		expect((await digestOf(stream.stdio)).bytes).toBe(0);
		expect((await stream.exit).code).toBe(0);
	});

	test("a killed exec ends, with its streams", async () => {
		const stream = await context().engine.exec({ name, command: ["cat"] });
		stream.kill();
		const [{ code, signal }] = await Promise.all([stream.exit, once(stream.stdio.resume(), "close")]);
		expect(signal === "SIGKILL" || code === 137).toBe(true);
	});

	test("the exit code is the process's own", async () => {
		for (const code of [0, 1, 3, 255]) {
			const stream = await context().engine.exec({ name, command: ["sh", "-c", `exit ${code}`] });
			stream.stdio.resume().end();
			expect(await stream.exit).toEqual({ code, signal: null });
		}
	});
}

/** Writes until the stream takes no more for a second; answers the bytes that it took. */
async function writeUntilHeld(stream: ExecStream, payload: Buffer): Promise<number> {
	const chunkBytes = 64 * 1024;
	let written = 0;
	while (written < payload.length) {
		const chunk = payload.subarray(written, written + chunkBytes);
		written += chunk.length;
		if (stream.stdio.write(chunk)) continue;
		const isHeld = await Promise.race([once(stream.stdio, "drain").then(() => false), delay(1_000, true)]);
		if (isHeld) break;
	}
	return written;
}

export function execProcessContract(context: () => Context): void {
	let name: string;
	const run = async (command: string[], env?: Record<string, string>): Promise<Ran> => {
		const stream = await context().engine.exec({ name, command, ...(env ? { env } : {}) });
		stream.stdio.end();
		const [stdout, stderr, exit] = await Promise.all([text(stream.stdio), text(stream.stderr), stream.exit]);
		return { stdout, stderr, ...exit };
	};
	beforeAll(async () => {
		name = await runningBox(context());
	}, testTimeoutMs);
	afterAll(async () => {
		await context().engine.destroy({ name });
	}, testTimeoutMs);

	test("stdout and stderr are two streams, each complete when the exit is told", async () => {
		const script = "head -c 300000 /dev/zero | tr '\\0' o; head -c 300000 /dev/zero | tr '\\0' e >&2; exit 7";
		const ran = await run(["sh", "-c", script]);
		expect(ran.stdout).toBe("o".repeat(300_000));
		expect(ran.stderr).toBe("e".repeat(300_000));
		expect(ran.code).toBe(7);
	});

	test("a process that a signal ended is told apart from one that ended well", async () => {
		const ran = await run(["sh", "-c", "kill -KILL $$"]);
		expect(ran.signal === "SIGKILL" || ran.code === 137).toBe(true);
	});

	test("arguments and environment arrive byte for byte", async () => {
		const odd = "a b\t'\"$HOME\\\n*\u00e9\u2713";
		const ran = await run(["sh", "-c", 'printf "%s|%s" "$1" "$ODD"', "sh", odd], { ODD: odd });
		expect(ran.stdout).toBe(`${odd}|${odd}`);
	});

	test("a command that the box does not have never reads as success", async () => {
		const code = await run(["/no/such/command"]).then(
			(ran) => ran.code,
			(error: unknown) => (error as { code: string }).code,
		);
		expect([127, "invalid"]).toContain(code);
	});

	test("a killed exec leaves no process behind in the box", async () => {
		const stream = await context().engine.exec({ name, command: ["sleep", "31.4159"] });
		stream.stdio.resume();
		stream.kill();
		await stream.exit;
		const left =
			"for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -q '^sleep 31.4159' && echo left; done; true";
		expect((await run(["sh", "-c", left])).stdout).toBe("");
	});

	test("a killed exec ends at once, though a process that it left behind holds its pipes and writes on", async () => {
		const stream = await context().engine.exec({ name, command: ["sh", "-c", "yes & exec sleep 60"] });
		await once(stream.stdio, "data");
		const startedAt = performance.now();
		stream.kill();
		const [{ code, signal }] = await Promise.all([stream.exit, once(stream.stdio, "close")]);
		expect(signal === "SIGKILL" || code === 137).toBe(true);
		expect(performance.now() - startedAt).toBeLessThan(5_000);
	});

	test("a process that ended early does not fail its writer, and what it said is read", async () => {
		const stream = await context().engine.exec({ name, command: ["head", "-c", "5"] });
		const said = text(stream.stdio);
		stream.stdio.write("hello world");
		expect((await stream.exit).code).toBe(0);
		stream.stdio.end(randomBytes(megabyte));
		expect(await said).toBe("hello");
	});

	test("32 execs at once each get their own bytes", async () => {
		const all = Array.from({ length: 32 }, (_, index) => run(["sh", "-c", `echo ${index}`]));
		expect((await Promise.all(all)).map((ran) => ran.stdout)).toEqual(
			Array.from({ length: 32 }, (_, index) => `${index}\n`),
		);
	});
}

type Ran = { stdout: string; stderr: string; code: number | null; signal: string | null };
