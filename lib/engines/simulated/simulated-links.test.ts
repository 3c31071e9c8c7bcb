import { buffer, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { openSimulatedEngine, type SimulatedEngine } from "./simulated-engine.ts";
import { openSimulatedLinks } from "./simulated-links.ts";

const installId = "sim002";
const instance = "dbx-1";
let scenarios = 0;

async function runningBox(): Promise<SimulatedEngine> {
	const endpoint = `simulated:links-${++scenarios}`;
	const engine = openSimulatedEngine({
		id: "h",
		engine: "simulated",
		endpoint,
		installId,
		project: "p",
		profile: "b",
		pool: "o",
	});
	const limits = { vcpus: 1, memoryMib: 512, diskGib: 2 };
	const labels = { installId, devboxId: "dbx_1" };
	await engine.create({ name: instance, labels, source: { kind: "image", image: "i" }, limits });
	await engine.start({ name: instance });
	return engine;
}

test("a box that runs answers over its link, as scripted", async () => {
	const engine = await runningBox();
	const links = openSimulatedLinks(engine);
	const link = await links.get({ instance, user: "root" });
	expect(await links.get({ instance, user: "root" })).toBe(link);
	const boot = await link.run({ command: "systemctl is-system-running --wait", timeoutMs: 1_000 });
	expect(boot).toMatchObject({ code: 0, stdout: "running\n" });
	engine.machine.answer("git clone", { code: 128, stderr: "fatal: no such repository" });
	const clone = await link.run({ command: "git clone https://x", timeoutMs: 1_000 });
	expect(clone).toMatchObject({ code: 128, stderr: "fatal: no such repository" });
	expect(engine.machine.commands().map((each) => each.command)).toContain("git clone https://x");
});

test("a link ends with its box's boot, and a box that is off has none", async () => {
	const engine = await runningBox();
	const links = openSimulatedLinks(engine);
	const link = await links.get({ instance, user: "devbox" });
	await engine.stop({ name: instance, graceMs: 0 });
	expect(link.isOpen).toBe(false);
	await link.closed;
	await expect(links.get({ instance, user: "devbox" })).rejects.toMatchObject({
		name: "AppError",
		code: "unavailable",
	});
	await engine.start({ name: instance });
	const next = await links.get({ instance, user: "devbox" });
	expect(next).not.toBe(link);
	expect(next.isOpen).toBe(true);
});

test("a command that takes longer than its deadline is a timeout", async () => {
	const engine = await runningBox();
	engine.machine.answer("sleep", { latencyMs: 60_000 });
	const link = await openSimulatedLinks(engine).get({ instance, user: "root" });
	await expect(link.run({ command: "sleep 60", timeoutMs: 20 })).rejects.toMatchObject({ code: "timeout" });
});

test("a terminal gives back what is typed, and its exit is not invented when the link breaks", async () => {
	const links = openSimulatedLinks(await runningBox());
	const link = await links.get({ instance, user: "devbox" });
	const channel = await link.open({ command: "", pty: { term: "xterm", cols: 80, rows: 24 } });
	channel.stdio.write("ls\r");
	expect(String((await channel.stdio[Symbol.asyncIterator]().next()).value)).toBe("ls\r");
	links.drop(instance);
	await expect(channel.exit).rejects.toMatchObject({ code: "unavailable" });
});

test("a channel says its answer and then ends", async () => {
	const engine = await runningBox();
	engine.machine.answer("uname", { stdout: "Linux\n", stderr: "warning\n", code: 3 });
	const link = await openSimulatedLinks(engine).get({ instance, user: "devbox" });
	const channel = await link.open({ command: "uname" });
	const [stdout, stderr, exit] = await Promise.all([text(channel.stdio), text(channel.stderr), channel.exit]);
	expect({ stdout, stderr, exit }).toEqual({ stdout: "Linux\n", stderr: "warning\n", exit: { code: 3, signal: null } });
});

test("files that were written are read back, listed and removed", async () => {
	const link = await openSimulatedLinks(await runningBox()).get({ instance, user: "devbox" });
	const files = await link.files();
	await pipeline([Buffer.from("hello")], files.write({ path: "/workspaces/a.txt", mode: 0o600 }));
	expect((await buffer(files.read({ path: "/workspaces/a.txt", start: 1, end: 3 }))).toString()).toBe("ell");
	expect((await files.list("/workspaces")).entries).toMatchObject([{ name: "a.txt", kind: "file", sizeBytes: 5 }]);
	await files.rename({ from: "/workspaces/a.txt", to: "/workspaces/b.txt" });
	await expect(files.stat("/workspaces/a.txt")).rejects.toMatchObject({ code: "not_found" });
	await files.removeFile("/workspaces/b.txt");
	await expect(files.list("/workspaces")).rejects.toMatchObject({ code: "not_found" });
});
