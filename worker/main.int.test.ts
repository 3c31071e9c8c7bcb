import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorkerMain, type WorkerMain } from "./testing/worker-main.ts";
import { createWorkerWorld, until, type WorkerWorld } from "./testing/worker-world.ts";

let world: WorkerWorld;
const workers: WorkerMain[] = [];
beforeAll(async () => {
	world = await createWorkerWorld();
});
afterAll(async () => {
	for (const { child } of workers) child.kill("SIGKILL");
	await world.close();
});

function start(env: Record<string, string> = {}): WorkerMain {
	const worker = startWorkerMain({ world, env });
	workers.push(worker);
	return worker;
}

describe("the worker process", () => {
	it("makes boxes ready, and ends cleanly when told to", async () => {
		const worker = start();
		await worker.untilUp();
		const { id } = await world.create("served");
		await world.untilState(id, "ready");
		await worker.end("SIGTERM");
		expect(worker.child.exitCode).toBe(0);
	});

	it("ends with an error that names the variable when it is told nonsense", async () => {
		const { child, said } = start({ DEVBOX_WORKER_LEASE_MS: "soon" });
		await until("it has ended", () => child.exitCode !== null);
		expect(child.exitCode).not.toBe(0);
		expect(said()).toContain("DEVBOX_WORKER_LEASE_MS");
	});

	it("waits for a database that is away, and ends cleanly when told to meanwhile", async () => {
		const worker = start({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
		await until("it waits", () => worker.said().includes("waiting for the database"));
		await worker.end("SIGTERM");
		expect(worker.child.exitCode).toBe(0);
	});
});
