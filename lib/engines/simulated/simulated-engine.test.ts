import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { engineContract } from "../engine-contract.ts";
import type { HostConnection } from "../registry.ts";
import { openSimulatedEngine } from "./simulated-engine.ts";
import { unreachableEndpoint } from "./simulated-machine.ts";

const installId = "sim001";
let scenarios = 0;

function host(endpoint = `simulated:test-${++scenarios}`): HostConnection {
	return { id: "host_1", engine: "simulated", endpoint, installId, project: "p", profile: "box", pool: "pool" };
}

const limits = { vcpus: 1, memoryMib: 512, diskGib: 2 };
const box = { name: "dbx-1", labels: { installId, devboxId: "dbx_1" }, limits };
const source = { kind: "image" as const, image: "builtin:base@1" };

engineContract({
	name: "simulated",
	runsCommands: false,
	open: async () => {
		const engine = openSimulatedEngine(host());
		engine.machine.setLatency("create", 40);
		return {
			engine,
			unreachable: openSimulatedEngine(host(unreachableEndpoint)),
			installId,
			image: "builtin:base@1",
			close: async () => undefined,
		};
	},
});

test("a scripted failure hits the next call of its name, once, and has no effect", async () => {
	const engine = openSimulatedEngine(host());
	engine.machine.failNext("create", "timeout");
	await expect(engine.create({ ...box, source })).rejects.toMatchObject({ code: "timeout" });
	expect(await engine.list({})).toEqual([]);
	await engine.create({ ...box, source });
	expect(await engine.list({})).toHaveLength(1);
});

test("a box that dies at boot started with success, is off, and its console says why", async () => {
	const engine = openSimulatedEngine(host());
	engine.machine.dieAtBoot();
	await engine.create({ ...box, source });
	await engine.start({ name: box.name });
	const dead = await engine.inspect({ name: box.name, console: true });
	expect(dead.status).toBe("stopped");
	expect(dead.console).toMatch(/Too many open files/);
	await engine.start({ name: box.name });
	expect((await engine.inspect({ name: box.name })).status).toBe("running");
});

test("an engine that went away and came back has its boxes still", async () => {
	const engine = openSimulatedEngine(host());
	await engine.create({ ...box, source });
	await engine.start({ name: box.name });
	engine.machine.goUnavailable();
	await expect(engine.list({})).rejects.toMatchObject({ code: "unavailable" });
	engine.machine.comeBack();
	expect((await engine.inspect({ name: box.name })).status).toBe("running");
});

test("50 creates at once leave 50 boxes", async () => {
	const engine = openSimulatedEngine(host());
	engine.machine.setLatency("create", 20);
	const names = Array.from({ length: 50 }, (_, index) => `dbx-${index}`);
	await Promise.all(
		names.map((name) => engine.create({ name, labels: { installId, devboxId: name }, source, limits })),
	);
	expect((await engine.list({})).map((view) => view.name).sort()).toEqual(names.sort());
});

test("processes that share a file see the same boxes, and none is lost when they write at once", async () => {
	const directory = mkdtempSync(path.join(tmpdir(), "devbox-simulated-"));
	const endpoint = `simulated:file:${path.join(directory, "machine.json")}`;
	const module = new URL("./simulated-engine.ts", import.meta.url).href;
	const script = (from: number): string => `
		const { openSimulatedEngine } = await import(${JSON.stringify(module)});
		const engine = openSimulatedEngine(${JSON.stringify(host(endpoint))});
		for (let index = ${from}; index < ${from} + 25; index++) {
			const labels = { installId: ${JSON.stringify(installId)}, devboxId: "dbx_" + index };
			await engine.create({ name: "dbx-" + index, labels, source: { kind: "image", image: "i" }, limits: ${JSON.stringify(limits)} });
		}`;
	const run = (from: number) =>
		promisify(execFile)(process.execPath, ["--input-type=module", "-e", script(from)], { timeout: 30_000 });
	try {
		await Promise.all([run(0), run(25)]);
		expect(await openSimulatedEngine(host(endpoint)).list({})).toHaveLength(50);
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}, 60_000);
