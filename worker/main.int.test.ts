import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorkerWorld, testInstallId, until, type WorkerWorld } from "./testing/worker-world.ts";

let world: WorkerWorld;
const children: ChildProcess[] = [];
beforeAll(async () => {
	world = await createWorkerWorld();
});
afterAll(async () => {
	for (const child of children) child.kill("SIGKILL");
	await world.close();
});

function start(env: Record<string, string> = {}) {
	const child = spawn(process.execPath, [path.join(import.meta.dirname, "main.ts")], {
		env: {
			...process.env,
			DEVBOX_INSTALL_ID: testInstallId,
			DEVBOX_DATA: world.dir,
			DATABASE_URL: world.database.url,
			...env,
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	children.push(child);
	let said = "";
	for (const stream of [child.stdout, child.stderr])
		stream?.setEncoding("utf8").on("data", (text: string) => {
			said += text;
		});
	return { child, said: () => said };
}

describe("the worker process", () => {
	it("makes boxes ready, and ends cleanly when told to", async () => {
		const { child, said } = start();
		await until("it is up", () => said().includes("worker is up"));
		const { id } = await world.create("served");
		await world.untilState(id, "ready");
		child.kill("SIGTERM");
		await until("it has ended", () => child.exitCode !== null);
		expect(child.exitCode).toBe(0);
	});

	it("ends with an error that names the variable when it is told nonsense", async () => {
		const { child, said } = start({ DEVBOX_WORKER_LEASE_MS: "soon" });
		await until("it has ended", () => child.exitCode !== null);
		expect(child.exitCode).not.toBe(0);
		expect(said()).toContain("DEVBOX_WORKER_LEASE_MS");
	});

	it("waits for a database that is away, and ends cleanly when told to meanwhile", async () => {
		const { child, said } = start({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
		await until("it waits", () => said().includes("waiting for the database"));
		child.kill("SIGTERM");
		await until("it has ended", () => child.exitCode !== null);
		expect(child.exitCode).toBe(0);
	});
});
