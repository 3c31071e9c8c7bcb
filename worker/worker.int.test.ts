import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { instanceName } from "../lib/domain/ids.ts";
import { deleteDevbox } from "../lib/usecases/devboxes/delete-devbox.ts";
import { startDevbox } from "../lib/usecases/devboxes/start-devbox.ts";
import { stopDevbox } from "../lib/usecases/devboxes/stop-devbox.ts";
import { probeHosts } from "./loops/probe-hosts.ts";
import { createWorkerWorld, until, type WorkerWorld } from "./testing/worker-world.ts";

let world: WorkerWorld;
beforeAll(async () => {
	world = await createWorkerWorld();
	for (let n = 0; n < 3; n++) world.worker({ leaseMs: 3_000 });
});
afterAll(() => world.close());
beforeEach(() => {
	world.machine.comeBack();
	world.machine.setLatency("create", 0);
});

const machineOf = (id: string) => world.machine.find(instanceName(id));
const deps = () => ({ db: world.db, previewBase: null });
const destroy = (id: string) => deleteDevbox(deps(), world.actor, { params: { id } });
const released = (id: string) => until(`${id} is released`, async () => (await world.row(id)).releasedAt);

describe("create", () => {
	it("goes through its five steps to a ready box with limits and one machine", async () => {
		const { id } = await world.create("whole");
		const row = await world.untilState(id, "ready");
		expect(row).toMatchObject({
			power: "running",
			hostId: world.hostId,
			vcpus: 2,
			memoryMib: 8192,
		});
		expect(row.readyAt).not.toBeNull();
		const operations = await world.operations(id);
		expect(operations.map((operation) => [operation.step, operation.status])).toEqual([
			["provision", "success"],
			["inject_credentials", "success"],
			["clone_repositories", "success"],
			["run_setup_commands", "success"],
			["publish_access", "success"],
		]);
		for (const operation of operations) {
			expect(operation.message).not.toBe("");
			expect(operation.startedAt && operation.finishedAt && operation.finishedAt >= operation.startedAt).toBe(true);
		}
		expect(machineOf(id)).toMatchObject({ status: "running", boots: 1 });
	});

	it("makes 50 boxes that are asked for at once, none of them twice", async () => {
		const boxes = await Promise.all(Array.from({ length: 50 }, (_, n) => world.create(`many-${n}`)));
		const ids = boxes.map((box) => box.id);
		await until("all 50 are ready", async () => {
			const ready = await world.db.prisma.devbox.count({ where: { id: { in: ids }, state: "ready" } });
			return ready === 50;
		});
		for (const id of ids) expect(machineOf(id)).toMatchObject({ status: "running", boots: 1 });
		expect(await world.db.prisma.operation.count({ where: { devboxId: { in: ids }, status: "success" } })).toBe(250);
	});

	it("stays requested while the engine is down, says what it waits for, and goes on when it is back", async () => {
		world.machine.goUnavailable();
		const { id } = await world.create("patient");
		const message = await until("the operation says what it waits for", async () => {
			const [provision] = await world.operations(id);
			return provision?.message.includes("Waiting for the engine of host local") && provision.message;
		});
		expect(message).toContain("does not answer");
		expect(await world.row(id)).toMatchObject({ state: "requested", reason: null });
		expect((await world.operations(id))[0]).toMatchObject({ status: "pending", attempts: 0 });
		world.machine.comeBack();
		await probeHosts({ everyMs: 1 }).turn(world.loopContext());
		await world.untilState(id, "ready");
		expect(machineOf(id)).toMatchObject({ status: "running", boots: 1 });
	});

	it("waits for a host, and says why, while its host is offline", async () => {
		await world.db.prisma.host.update({ where: { id: world.hostId }, data: { status: "offline" } });
		const { id } = await world.create("hostless");
		await until("the operation says so", async () =>
			(await world.operations(id))[0]?.message.includes("its engine does not answer"),
		);
		expect((await world.row(id)).state).toBe("requested");
		await probeHosts({ everyMs: 1 }).turn(world.loopContext());
		await world.untilState(id, "ready");
	});

	it("fails with the console's last lines when the machine dies at boot, and leaves no machine and no name", async () => {
		world.machine.dieAtBoot();
		const { id } = await world.create("stillborn");
		const row = await world.untilState(id, "failed");
		expect(row.reason).toContain("died at boot");
		expect(row).toMatchObject({ power: "off", keepUntil: null });
		expect(row.releasedAt).not.toBeNull();
		const operations = await world.operations(id);
		expect(operations.map((operation) => operation.status)).toEqual([
			"failed",
			"deleted",
			"deleted",
			"deleted",
			"deleted",
		]);
		expect(operations[0]?.message).toContain("Too many open files");
		expect(machineOf(id)).toBeNull();
		const again = await world.create("stillborn");
		await world.untilState(again.id, "ready");
	});

	it("fails with the reason when the disk is full, and removes what was made", async () => {
		world.machine.failNext("start", "invalid", "Failed to start the instance: no space left on device");
		const { id } = await world.create("fat");
		const row = await world.untilState(id, "failed");
		expect(row.reason).toContain("no space left on device");
		expect(machineOf(id)).toBeNull();
	});
});

describe("stop and start", () => {
	it("keeps the machine, says who stopped it, and brings it back", async () => {
		const { id } = await world.create("sleeper");
		await world.untilState(id, "ready");
		await stopDevbox(deps(), world.actor, { params: { id } });
		expect(await world.untilState(id, "stopped")).toMatchObject({
			power: "off",
			reason: "Stopped by ada.",
			address: null,
		});
		expect(machineOf(id)?.status).toBe("stopped");
		await startDevbox(deps(), world.actor, { params: { id } });
		expect(await world.untilState(id, "ready")).toMatchObject({ power: "running", reason: null });
		expect(machineOf(id)).toMatchObject({ status: "running", boots: 2 });
	});

	it("leaves a box that does not come up stopped, with its files and the reason", async () => {
		const { id } = await world.create("moody");
		await world.untilState(id, "ready");
		await stopDevbox(deps(), world.actor, { params: { id } });
		await world.untilState(id, "stopped");
		world.machine.dieAtBoot();
		await startDevbox(deps(), world.actor, { params: { id } });
		const row = await until("the wish is taken back", async () => {
			const found = await world.row(id);
			return found.desiredState === "stopped" && found;
		});
		expect(row).toMatchObject({ state: "stopped", power: "off", keepUntil: null, releasedAt: null });
		expect(row.reason).toContain("died at boot");
		expect(machineOf(id)).not.toBeNull();
	});
});

describe("destroy", () => {
	it("is over for its readers at once, and frees the name when the engine confirms", async () => {
		const { id } = await world.create("gone");
		await world.untilState(id, "ready");
		world.machine.goUnavailable();
		await destroy(id);
		expect((await world.row(id)).state).toBe("destroyed");
		await until("it waits for the engine", async () =>
			(await world.operations(id)).at(-1)?.message.includes("Waiting for the engine"),
		);
		await expect(world.create("gone")).rejects.toMatchObject({ code: "name_taken" });
		world.machine.comeBack();
		await probeHosts({ everyMs: 1 }).turn(world.loopContext());
		await released(id);
		expect(machineOf(id)).toBeNull();
		await world.untilState((await world.create("gone")).id, "ready");
	});

	it("in the middle of provisioning ends the create, and leaves no machine", async () => {
		world.machine.setLatency("create", 1_000);
		const { id } = await world.create("brief");
		await world.untilState(id, "provisioning");
		await destroy(id);
		await released(id);
		expect(machineOf(id)).toBeNull();
		const row = await world.row(id);
		expect(row).toMatchObject({ state: "destroyed", reason: "Destroyed by ada." });
		const operations = await world.operations(id);
		expect(operations.map((operation) => operation.status)).toEqual([...Array(5).fill("deleted"), "success"]);
	});

	it("of a box that waits for its engine ends the wait", async () => {
		await world.db.prisma.host.update({ where: { id: world.hostId }, data: { status: "offline" } });
		const { id } = await world.create("never");
		await until("it waits", async () => (await world.operations(id))[0]?.message !== "");
		await destroy(id);
		await released(id);
		expect(machineOf(id)).toBeNull();
		await probeHosts({ everyMs: 1 }).turn(world.loopContext());
	});
});
