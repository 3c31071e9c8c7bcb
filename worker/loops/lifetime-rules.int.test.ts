/** Idle and expiry rules: what the loops do, by a clock of the test's own. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readUnmetWishes } from "../../lib/db/observed-devboxes.ts";
import { instanceName, newId } from "../../lib/domain/ids.ts";
import { startDevbox } from "../../lib/usecases/devboxes/start-devbox.ts";
import { updateDevbox } from "../../lib/usecases/devboxes/update-devbox.ts";
import { createWorkerWorld, until, type WorkerWorld } from "../testing/worker-world.ts";
import { expireDevboxes } from "./expire-devboxes.ts";
import { stopIdle } from "./stop-idle.ts";

let world: WorkerWorld;
beforeAll(async () => {
	world = await createWorkerWorld();
	world.worker();
});
afterAll(() => world.close());

const minuteMs = 60_000;
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minuteMs);
const idleTurn = (now: Date) => stopIdle({ everyMs: 1, now: () => now }).turn(world.loopContext());
const expiryTurn = (now: Date) => expireDevboxes({ everyMs: 1, now: () => now }).turn(world.loopContext());

async function readyBox(name: string, fields: Parameters<WorkerWorld["create"]>[1] = {}): Promise<string> {
	const { id } = await world.create(name, fields);
	await world.untilState(id, "ready");
	await untilQuiet(id);
	return id;
}

function untilQuiet(id: string) {
	const where = { devboxId: id, status: { in: ["pending", "running"] } };
	return until("its run has ended", async () => (await world.db.prisma.run.count({ where })) === 0);
}

async function addExec(devboxId: string, fields: { status: string; finishedAt?: Date }) {
	await world.db.prisma.exec.create({
		data: {
			id: newId("exec"),
			devboxId,
			userId: world.actor.userId,
			mode: "detached",
			boxUser: "devbox",
			argv: ["x"],
			...fields,
		},
	});
}

const wanted = async (id: string) => (await world.row(id)).desiredState;

describe("a box with an idle rule", () => {
	it("is stopped when its time without use is over, not before, and says why; a start brings it back", async () => {
		const id = await readyBox("idle", { auto_stop_idle_timeout: "30m" });
		await idleTurn(inMinutes(29));
		expect(await wanted(id)).toBe("running");
		await idleTurn(inMinutes(31));
		const row = await world.untilState(id, "stopped");
		expect(row.reason).toBe("Stopped because it was not used for 30 min. Its files are kept; start it to go on.");
		expect(world.machine.find(instanceName(id))?.status).toBe("stopped");
		const event = await world.db.prisma.auditEvent.findFirstOrThrow({ where: { action: "devbox.idle", targetId: id } });
		expect(event).toMatchObject({ actorKind: "system", outcome: "success" });
		await untilQuiet(id);
		await startDevbox({ db: world.db, previewBase: null }, world.actor, { params: { id } });
		await world.untilState(id, "ready");
		await untilQuiet(id);
		await idleTurn(inMinutes(29));
		expect(await world.row(id)).toMatchObject({ state: "ready", desiredState: "running", stopCause: null });
	});

	it("is never stopped while it is used: the last use counts, and a command for as long as it runs", async () => {
		const used = await readyBox("used", { auto_stop_idle_timeout: "15m" });
		await world.db.prisma.devbox.update({ where: { id: used }, data: { lastUsedAt: inMinutes(60) } });
		const busy = await readyBox("busy", { auto_stop_idle_timeout: "15m" });
		await addExec(busy, { status: "running" });
		await idleTurn(inMinutes(70));
		expect([await wanted(used), await wanted(busy)]).toEqual(["running", "running"]);
		expect((await world.row(busy)).lastUsedAt?.getTime()).toBeGreaterThan(inMinutes(69).getTime());
		await world.db.prisma.exec.updateMany({
			where: { devboxId: busy },
			data: { status: "exited", finishedAt: inMinutes(100) },
		});
		await idleTurn(inMinutes(110));
		expect(await wanted(busy)).toBe("running");
		await idleTurn(inMinutes(116));
		expect(await wanted(busy)).toBe("stopped");
		await world.untilState(busy, "stopped");
	});

	it("that is told its rule again is kept for another round; one without a rule for ever", async () => {
		const id = await readyBox("again", { auto_stop_idle_timeout: "15m" });
		const free = await readyBox("free");
		await world.db.pool.query("UPDATE devboxes SET created_at = now() - interval '1 day', ready_at = created_at");
		await world.db.prisma.devbox.update({ where: { id }, data: { lastUsedAt: inMinutes(-20) } });
		const { idle_stop_at } = await updateDevbox({ db: world.db, previewBase: null }, world.actor, {
			params: { id },
			body: { auto_stop_idle_timeout: "15m" },
		});
		expect(Date.parse(idle_stop_at ?? "")).toBeGreaterThan(inMinutes(14).getTime());
		await idleTurn(new Date());
		expect(await wanted(id)).toBe("running");
		await idleTurn(inMinutes(100_000));
		expect([await wanted(id), await wanted(free)]).toEqual(["stopped", "running"]);
		await world.untilState(id, "stopped");
	});

	it("goes on while the audit log cannot take it, and stops once it can", async () => {
		const id = await readyBox("unheard", { auto_stop_idle_timeout: "15m" });
		const events = () => world.db.prisma.auditEvent.count({ where: { action: "devbox.idle", targetId: id } });
		await world.db.pool.query(
			"ALTER TABLE audit_events ADD CONSTRAINT full_disk CHECK (action <> 'devbox.idle') NOT VALID",
		);
		await expect(idleTurn(inMinutes(20))).rejects.toThrow("full_disk");
		expect([await wanted(id), await events()]).toEqual(["running", 0]);
		await world.db.pool.query("ALTER TABLE audit_events DROP CONSTRAINT full_disk");
		await idleTurn(inMinutes(20));
		await world.untilState(id, "stopped");
		expect(await events()).toBe(1);
	});

	it("is stopped once by two loops at once", async () => {
		const id = await readyBox("twice", { auto_stop_idle_timeout: "15m" });
		await Promise.all([idleTurn(inMinutes(20)), idleTurn(inMinutes(20))]);
		await world.untilState(id, "stopped");
		expect(await world.db.prisma.run.count({ where: { devboxId: id, pipeline: "stop-devbox" } })).toBe(1);
	});
});

describe("a box that expires", () => {
	it("is destroyed with its reason when its time is up, in whatever state, and not before", async () => {
		const id = await readyBox("mortal", { expires_after: "1h" });
		await expiryTurn(inMinutes(59));
		expect((await world.row(id)).state).toBe("ready");
		await expiryTurn(inMinutes(61));
		const row = await world.row(id);
		expect(row.state).toBe("destroyed");
		expect(row.reason).toMatch(/^Destroyed because its time was up: it was made to live until .* UTC\.$/);
		await until("it is released", async () => (await world.row(id)).releasedAt);
		expect(world.machine.find(instanceName(id))).toBeNull();
	});

	it("is destroyed also while a run of it is under way, which is void then", async () => {
		world.machine.goUnavailable();
		const { id } = await world.create("stuck", { expires_after: "1h" });
		await expiryTurn(inMinutes(61));
		world.machine.comeBack();
		expect((await world.row(id)).state).toBe("destroyed");
		expect(
			await world.db.prisma.run.count({ where: { devboxId: id, pipeline: "create-devbox", status: "cancelled" } }),
		).toBe(1);
	});

	it("lives longer when its owner says so, and for ever with never", async () => {
		const id = await readyBox("kept", { expires_after: "1h" });
		const deps = { db: world.db, previewBase: null };
		await updateDevbox(deps, world.actor, { params: { id }, body: { expires_after: "1d" } });
		await expiryTurn(inMinutes(120));
		expect((await world.row(id)).state).toBe("ready");
		const kept = await updateDevbox(deps, world.actor, { params: { id }, body: { expires_after: "never" } });
		expect(kept).toMatchObject({ expires_after: "never", expires_at: null });
		await expiryTurn(inMinutes(100_000));
		expect((await world.row(id)).state).toBe("ready");
	});

	it("whose destruction nobody queued is found by the backstop", async () => {
		const id = await readyBox("crashed", { expires_after: "1h" });
		await world.db.pool.query(
			"UPDATE devboxes SET state = 'destroyed', desired_state = 'destroyed', updated_at = now() - interval '1 hour' WHERE id = $1",
			[id],
		);
		const wishes = await readUnmetWishes(world.db.pool, { quietMs: 1_000 });
		expect(wishes).toContainEqual({ devboxId: id, pipeline: "destroy-devbox", state: "destroyed" });
	});
});
