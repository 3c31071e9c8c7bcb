import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instanceName } from "../lib/domain/ids.ts";
import { pipelines } from "../lib/domain/pipelines.ts";
import type { InstanceWatch } from "../lib/engines/incus/test-events.ts";
import { deleteDevbox } from "../lib/usecases/devboxes/delete-devbox.ts";
import { observeHosts } from "./loops/observe-hosts.ts";
import { createEngineWorld, type EngineWorld } from "./testing/engine-world.ts";
import { type HeldWrite, type HeldWrites, openHeldWrites } from "./testing/held-writes.ts";
import type { WorkerMain } from "./testing/worker-main.ts";
import { createWorkerWorld, until } from "./testing/worker-world.ts";

/** Long enough for a busy machine, and still a wait that a test can afford. */
const shortLease = { DEVBOX_WORKER_LEASE_MS: "2000" };
/**
 * Without the two that need more than this host has: the network's own a fence (gateway/api/network-phases.int.test.ts says what holds
 * whoever dies), and Tailscale's an image with its programs (each try of it begins anew: worker/steps/join-tailscale.ts).
 */
const stepsElsewhere: readonly string[] = ["restrict_network", "join_tailscale"];
const stepsOfCreate = pipelines["create-devbox"].filter((step) => !stepsElsewhere.includes(step));
const finishedWithinMs = 60_000;

let world: EngineWorld;
let watch: InstanceWatch;
let writes: HeldWrites;
beforeAll(async () => {
	world = await createEngineWorld();
	watch = await world.host.watch();
	writes = await openHeldWrites(world.database.url);
	// With something to bring along, a create has all of its steps.
	await world.db.prisma.userSettings.create({ data: { userId: world.actor.userId, editor: "vim" } });
});
afterAll(async () => {
	watch?.close();
	await writes?.close();
	await world?.close();
});

const destroy = (id: string) => deleteDevbox({ db: world.db, previewBase: null }, world.actor, { params: { id } });
const released = (id: string) => until(`${id} is released`, async () => (await world.row(id)).releasedAt);

/** As the engine itself tells it. */
async function expectOneMachine(id: string): Promise<void> {
	const instance = instanceName(id);
	expect((await world.host.instances()).get(instance)).toBe("Running");
	expect(watch.count({ instance, action: "instance-created" })).toBe(1);
	expect(watch.count({ instance, action: "instance-started" })).toBe(1);
	expect(watch.count({ instance, action: "instance-deleted" })).toBe(0);
}

async function expectWhole(id: string): Promise<void> {
	expect(await world.row(id)).toMatchObject({ state: "ready", power: "running" });
	const statuses = (await world.operations(id)).map((operation) => operation.status);
	expect(statuses).toEqual(Array(stepsOfCreate.length).fill("success"));
	await expectOneMachine(id);
	expect(await world.answer(id, "root")).toBe("root\n");
	expect(await world.answer(id, "devbox")).toBe("devbox\n");
}

describe("kill -9 of the worker", () => {
	/** A box for each place where the worker can die: the step has acted, and its success is written or not. */
	const places = stepsOfCreate.flatMap((step) => [
		{ step, isWritten: false, place: `${step} acted and nothing of it is written` },
		{ step, isWritten: true, place: `${step} succeeded` },
	]);
	const boxes = new Map<string, string>();
	let diedAt = 0;
	let successor: WorkerMain | undefined;

	beforeAll(async () => {
		const held: { isWritten: boolean; write: HeldWrite }[] = [];
		for (const [n, { step, isWritten, place }] of places.entries()) {
			const { id } = await world.create(`victim-${n}`);
			boxes.set(place, id);
			held.push({ isWritten, write: await writes.holdSuccess({ devboxId: id, step }) });
		}
		const victim = await world.startWorker({ DEVBOX_WORKER_CONCURRENCY: "16" });
		for (const { write } of held) await write.reached();
		const { id: copied } = await world.create("copied");
		boxes.set("copy", copied);
		await until("the engine copies the image", async () => (await world.host.instances()).has(instanceName(copied)));
		await victim.end("SIGKILL");
		diedAt = performance.now();
		for (const { write, isWritten } of held) await (isWritten ? write.commit() : write.abandon());
		for (const { step, isWritten, place } of places) {
			const operations = await world.operations(boxes.get(place) ?? "");
			expect(operations.find((operation) => operation.step === step)?.status).toBe(isWritten ? "success" : "pending");
		}
		successor = await world.startWorker();
	});
	afterAll(() => successor?.end("SIGTERM"));

	const finished = (id: string) => world.untilState(id, "ready", finishedWithinMs - (performance.now() - diedAt));

	it.each(places)("when $place: another finishes within 60 s, and one machine exists", async ({ place }) => {
		const id = boxes.get(place) ?? "";
		await finished(id);
		await expectWhole(id);
	});

	it("while the engine copies the image: another finishes within 60 s, and one machine exists", async () => {
		const id = boxes.get("copy") ?? "";
		await finished(id);
		await expectWhole(id);
	});

	it("in a destroy, before or after its success is written: another confirms, and the machines are gone", async () => {
		await successor?.end("SIGTERM");
		const ids = [boxes.get("copy") ?? "", boxes.get("publish_access succeeded") ?? ""];
		const held: HeldWrite[] = [];
		for (const id of ids) held.push(await writes.holdSuccess({ devboxId: id, step: "destroy" }));
		const victim = await world.startWorker(shortLease);
		await Promise.all(ids.map(destroy));
		for (const write of held) await write.reached();
		await victim.end("SIGKILL");
		await held[0]?.abandon();
		await held[1]?.commit();
		const [unwritten, written] = await Promise.all(ids.map(world.row));
		expect([unwritten?.releasedAt, written?.releasedAt]).toEqual([null, expect.any(Date)]);
		successor = await world.startWorker(shortLease);
		for (const id of ids) {
			await released(id);
			const instance = instanceName(id);
			expect((await world.host.instances()).has(instance)).toBe(false);
			expect(watch.count({ instance, action: "instance-deleted" })).toBe(1);
		}
	});
});

describe("a worker that was stopped (SIGSTOP) until its lease had expired", () => {
	it("writes nothing when it wakes, though the engine did what it had asked for", async () => {
		const sleeper = await world.startWorker(shortLease);
		const { id } = await world.create("frozen");
		await until("the engine makes it", async () => (await world.host.instances()).has(instanceName(id)));
		sleeper.child.kill("SIGSTOP");
		const other = await world.startWorker(shortLease);
		await world.untilState(id, "ready");
		const rows = async () => ({ row: await world.row(id), operations: await world.operations(id) });
		const before = await rows();
		sleeper.child.kill("SIGCONT");
		await until("the woken worker gave up", () => sleeper.said().includes('"outcome":"lost"'));
		expect(await rows()).toEqual(before);
		await expectWhole(id);
		await Promise.all([sleeper.end("SIGTERM"), other.end("SIGTERM")]);
	});

	it("brings back no box that was destroyed meanwhile", async () => {
		const { id } = await world.create("forgotten");
		const placed = await writes.holdState({ devboxId: id, state: "provisioning" });
		const sleeper = await world.startWorker(shortLease);
		await placed.reached();
		sleeper.child.kill("SIGSTOP");
		await placed.commit();
		expect((await world.row(id)).state).toBe("provisioning");
		await destroy(id);
		const other = await world.startWorker(shortLease);
		await released(id);
		const before = { row: await world.row(id), operations: await world.operations(id) };
		sleeper.child.kill("SIGCONT");
		await until("the woken worker gave up", () => sleeper.said().includes('"outcome":"lost"'));
		expect({ row: await world.row(id), operations: await world.operations(id) }).toEqual(before);
		// It had not begun yet, and the engine knows no fence: a machine that it asked for in its last moment is swept.
		const sweep = observeHosts({ everyMs: 1, orphanAgeMs: 0 });
		await until("no machine of it is left", async () => {
			await sweep.turn(world.loopContext());
			return !(await world.host.instances()).has(instanceName(id));
		});
		await Promise.all([sleeper.end("SIGTERM"), other.end("SIGTERM")]);
	});
});

describe("after all that", () => {
	it("the engine has a machine for every box, and no other", async () => {
		const rows = await world.db.prisma.devbox.findMany({ where: { releasedAt: null } });
		const names = [...(await world.host.instances()).keys()];
		expect(names.sort()).toEqual(rows.map((row) => instanceName(row.id)).sort());
	});
});

describe("a worker that is told to stop", () => {
	it("hands its run back, and another goes on at once, long before the lease ends", async () => {
		const slow = await createWorkerWorld();
		slow.machine.setLatency("create", 20_000);
		const first = slow.worker({ leaseMs: 60_000 });
		const { id } = await slow.create("handed");
		await slow.untilState(id, "provisioning");
		await first.stop({ graceMs: 50 });
		slow.machine.setLatency("create", 0);
		slow.worker({ leaseMs: 60_000 });
		await slow.untilState(id, "ready");
		expect(slow.machine.instances()).toMatchObject([{ name: instanceName(id), status: "running", boots: 1 }]);
		await slow.close();
	});
});
