import { mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runCommand } from "../../lib/process/run-command.ts";
import { ensureLxcfs, lxcfsProblem } from "./lxcfs.ts";

let base: string;
let place: { folder: string; pidFile: string };

beforeAll(async () => {
	base = await mkdtemp("/tmp/devbox-lxcfs-");
	place = { folder: path.join(base, "mount"), pidFile: path.join(base, "pid") };
});

afterAll(async () => {
	process.kill(await lxcfsPid(), "SIGTERM");
	await vi.waitFor(async () => expect(await lxcfsProblem(place)).not.toBeNull(), { timeout: 5_000 });
	await runCommand({ command: ["umount", "-l", place.folder], allowedCodes: [1, 32] });
	await rm(base, { recursive: true });
});

async function lxcfsPid(): Promise<number> {
	return Number(await readFile(place.pidFile, "utf8"));
}

test("lxcfs that was killed is found out behind its dead mount, and started again", async () => {
	await ensureLxcfs({ place });
	const first = await lxcfsPid();
	await ensureLxcfs({ place });
	expect(await lxcfsPid()).toBe(first);

	process.kill(first, "SIGKILL");
	await expect.poll(() => lxcfsProblem(place), { timeout: 5_000 }).toMatch(/has died/);
	await ensureLxcfs({ place });
	expect(await lxcfsProblem(place)).toBeNull();
	expect(await readFile(path.join(place.folder, "proc/meminfo"), "utf8")).toMatch(/^MemTotal:/);
	expect(await lxcfsPid()).not.toBe(first);
});
