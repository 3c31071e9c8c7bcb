import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { instanceName } from "../lib/domain/ids.ts";
import { pipelines } from "../lib/domain/pipelines.ts";
import { deleteDevbox } from "../lib/usecases/devboxes/delete-devbox.ts";
import { createWorkerWorld, testInstallId, until, type WorkerWorld } from "./testing/worker-world.ts";

const leaseMs = 1_500;
let world: WorkerWorld;
const children: ChildProcess[] = [];

beforeEach(async () => {
	world = await createWorkerWorld();
});
afterEach(async () => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
	await world.close();
});

type WorkerProcess = { child: ChildProcess; said: () => string };

async function startWorkerProcess(o: { crashAfter?: string } = {}): Promise<WorkerProcess> {
	const child = spawn(process.execPath, [path.join(import.meta.dirname, "testing/worker-process.ts")], {
		env: {
			...process.env,
			DATABASE_URL: world.database.url,
			DEVBOX_DATA: world.dir,
			DEVBOX_INSTALL_ID: testInstallId,
			LEASE_MS: String(leaseMs),
			CRASH_AFTER: o.crashAfter ?? "",
		},
		stdio: ["ignore", "pipe", "inherit"],
	});
	children.push(child);
	let said = "";
	child.stdout?.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	await until("the worker process is up", () => said.includes("up"));
	return { child, said: () => said };
}

function expectOneMachine(id: string): void {
	expect(world.machine.instances()).toMatchObject([{ name: instanceName(id), status: "running", boots: 1 }]);
}

const stepsOfCreate = pipelines["create-devbox"];

describe("kill -9 of the worker", () => {
	it.each(stepsOfCreate)(
		"right after %s acted: another worker finishes, and exactly one machine exists",
		async (step) => {
			const { child } = await startWorkerProcess({ crashAfter: step });
			const { id } = await world.create("victim");
			await until("the worker is dead", () => child.signalCode === "SIGKILL");
			expect((await world.row(id)).state).not.toBe("ready");
			world.worker({ leaseMs });
			const row = await world.untilState(id, "ready");
			expect(row.power).toBe("running");
			expectOneMachine(id);
			expectOneMachine(id);
			const statuses = (await world.operations(id)).map((operation) => operation.status);
			expect(statuses).toEqual(Array(stepsOfCreate.length).fill("success"));
		},
	);

	it("right after destroy acted: another worker confirms, and the name is free", async () => {
		const helper = world.worker({ leaseMs });
		const { id } = await world.create("victim");
		await world.untilState(id, "ready");
		await helper.stop({ graceMs: 0 });
		const { child } = await startWorkerProcess({ crashAfter: "destroy" });
		await deleteDevbox({ db: world.db }, world.actor, { params: { id } });
		await until("the worker is dead", () => child.signalCode === "SIGKILL");
		expect((await world.row(id)).releasedAt).toBeNull();
		world.worker({ leaseMs });
		await until("it is released", async () => (await world.row(id)).releasedAt);
		expect(world.machine.instances()).toEqual([]);
	});
});

describe("a worker that was stopped (SIGSTOP)", () => {
	it("cannot write when it wakes after its lease expired", async () => {
		world.machine.setLatency("create", 2 * leaseMs);
		const { child, said } = await startWorkerProcess();
		const { id } = await world.create("frozen");
		await world.untilState(id, "provisioning");
		child.kill("SIGSTOP");
		world.machine.setLatency("create", 0);
		world.worker({ leaseMs });
		await world.untilState(id, "ready");
		const before = { row: await world.row(id), operations: await world.operations(id) };
		child.kill("SIGCONT");
		await until("the woken worker gave up", () => said().includes('"outcome":"lost"'));
		expect({ row: await world.row(id), operations: await world.operations(id) }).toEqual(before);
		expectOneMachine(id);
	});
});

describe("a worker that is told to stop", () => {
	it("hands its run back, and another goes on at once, long before the lease ends", async () => {
		world.machine.setLatency("create", 20_000);
		const first = world.worker({ leaseMs: 60_000 });
		const { id } = await world.create("handed");
		await world.untilState(id, "provisioning");
		await first.stop({ graceMs: 50 });
		world.machine.setLatency("create", 0);
		world.worker({ leaseMs: 60_000 });
		await world.untilState(id, "ready");
		expectOneMachine(id);
	});
});
