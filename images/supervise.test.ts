/** base/runtime/supervise as a plain process of this machine. What it is for in a box: lib/link/box-runtime.int.test.ts. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const supervise = path.join(import.meta.dirname, "base/runtime/supervise");
let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), "supervise-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** The program runs in the folder. */
const start = (script: string) => promisify(execFile)(supervise, [folder, "sh", "-c", script]);
const read = (name: string) => readFile(path.join(folder, name), "utf8").catch(() => null);

test("room for the end is kept while the program runs, and given back for it", async () => {
	await start("stat -c %s exit.new; exit 7");
	await expect.poll(() => read("exit")).toBe("code 7\n");
	expect(await read("stdout")).toBe(`${512 * 1024}\n`);
	expect((await readdir(folder)).sort()).toEqual(["exit", "pid", "stderr", "stdout"]);
});

test("an end that cannot be written is written when it can", async () => {
	await start("rm exit.new; mkdir exit.new; echo ready; kill -KILL $$");
	await expect.poll(() => read("stdout")).toBe("ready\n");
	// Longer than the program needs to end: the first tries have failed.
	await new Promise((resolve) => setTimeout(resolve, 500));
	expect(await read("exit")).toBeNull();
	await rmdir(path.join(folder, "exit.new"));
	await expect.poll(() => read("exit")).toBe("signal 9\n");
});

test("the supervisor of a folder that was removed ends all the same", async () => {
	await start("cut -d ' ' -f 6 /proc/$$/stat; until [ -e go ]; do sleep 0.05; done; rm -rf \"$PWD\"");
	await expect.poll(() => read("stdout")).toMatch(/^\d+\n$/);
	const supervisor = (await read("stdout"))?.trim();
	// Empty for one that has ended and was not reaped yet.
	const commandOf = () => readFile(`/proc/${supervisor}/cmdline`, "utf8").catch(() => "");
	expect(await commandOf()).toContain("supervise");
	await writeFile(path.join(folder, "go"), "");
	await expect.poll(commandOf).toBe("");
	expect(existsSync(folder)).toBe(false);
});
