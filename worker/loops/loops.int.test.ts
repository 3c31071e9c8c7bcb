import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { instanceName, newId } from "../../lib/domain/ids.ts";
import type { InstanceLabels } from "../../lib/engines/engine.ts";
import { createWorkerWorld, quietLog, testInstallId, until, type WorkerWorld } from "../testing/worker-world.ts";
import { openLeader } from "./leader.ts";
import { observeHosts } from "./observe-hosts.ts";
import { probeHosts } from "./probe-hosts.ts";
import { pruneRows } from "./prune-rows.ts";
import { reapFailed } from "./reap-failed.ts";
import { requeueWishes } from "./requeue-wishes.ts";

let world: WorkerWorld;
beforeAll(async () => {
	world = await createWorkerWorld();
	world.worker();
});
afterAll(() => world.close());
beforeEach(() => world.machine.comeBack());

const observe = (orphanAgeMs = 120_000) => observeHosts({ everyMs: 1, orphanAgeMs }).turn(world.loopContext());

async function readyBox(name: string): Promise<string> {
	const { id } = await world.create(name);
	await world.untilState(id, "ready");
	await until(
		"its run has ended",
		async () => (await world.db.prisma.run.count({ where: { devboxId: id, status: "running" } })) === 0,
	);
	return id;
}

/** An instance that no row knows. */
async function stray(labels: Partial<InstanceLabels> = {}): Promise<string> {
	const devboxId = newId("devbox");
	const name = instanceName(devboxId);
	await world.engine.create({
		name,
		labels: { installId: testInstallId, devboxId, ...labels },
		source: { kind: "image", image: "builtin:base@0" },
		limits: { vcpus: 1, memoryMib: 512, diskGib: 5 },
	});
	return name;
}

const find = (name: string) => world.machine.find(name);

describe("an instance without a row", () => {
	it("is removed, but not before it is so old that no create can be on its way", async () => {
		const name = await stray();
		await observe(120_000);
		expect(find(name)).not.toBeNull();
		await observe(0);
		expect(find(name)).toBeNull();
	});

	it("stays when it is another install's, a sealed image, or older than this database", async () => {
		const kept = [await stray({ installId: "other1" }), await stray({ devboxId: "" })];
		await observe(0);
		for (const name of kept) expect(find(name)).not.toBeNull();
		const older = await stray();
		await world.db.pool.query("UPDATE workspaces SET created_at = now() + interval '1 minute'");
		await observe(0);
		expect(find(older)).not.toBeNull();
		await world.db.pool.query("UPDATE workspaces SET created_at = '2026-01-01'");
		for (const name of [...kept, older]) await world.engine.destroy({ name });
	});
});

describe("a row without an instance", () => {
	it("fails with the reason, and its name is free", async () => {
		const id = await readyBox("vanished");
		await world.engine.destroy({ name: instanceName(id) });
		await observe();
		const row = await world.row(id);
		expect(row).toMatchObject({ state: "failed", power: "off" });
		expect(row.reason).toContain("gone from host local");
		expect(row.releasedAt).not.toBeNull();
	});
});

describe("a list that could not be read", () => {
	it("is never taken as empty: no row fails and no instance is removed", async () => {
		const id = await readyBox("hidden");
		const orphan = await stray();
		world.machine.failNext("list", "unavailable");
		await observe(0);
		world.machine.goUnavailable();
		await observe(0);
		expect((await world.row(id)).state).toBe("ready");
		expect(find(orphan)).not.toBeNull();
		world.machine.comeBack();
		await observe(0);
		expect((await world.row(id)).state).toBe("ready");
		expect(find(orphan)).toBeNull();
	});
});

describe("a box that is off", () => {
	it("stays off when it was powered off from inside", async () => {
		const id = await readyBox("poweroff");
		await world.engine.stop({ name: instanceName(id), graceMs: 0 });
		await observe();
		expect(await world.row(id)).toMatchObject({
			state: "stopped",
			desiredState: "stopped",
			power: "off",
			reason: "Powered off from inside.",
		});
	});

	it("is powered off from inside only when it stays off: a reboot passes through that for a moment", async () => {
		const id = await readyBox("reboots");
		const loop = observeHosts({ everyMs: 1, orphanAgeMs: 120_000 });
		world.machine.endInit(instanceName(id));
		await loop.turn(world.loopContext());
		await world.engine.start({ name: instanceName(id) });
		await loop.turn(world.loopContext());
		expect(await world.row(id)).toMatchObject({ state: "ready", desiredState: "running", power: "running" });
		world.machine.endInit(instanceName(id));
		await loop.turn(world.loopContext());
		await loop.turn(world.loopContext());
		expect(await world.row(id)).toMatchObject({ state: "stopped", reason: "Powered off from inside." });
	});

	it("comes back when its host had rebooted, and says why it was off", async () => {
		const ids = await Promise.all(["all-1", "all-2", "all-3"].map(readyBox));
		world.machine.reboot();
		await observe();
		for (const id of ids) {
			const row = await until("it runs again", async () => {
				const found = await world.row(id);
				return found.power === "running" && found;
			});
			expect(row).toMatchObject({ state: "ready", desiredState: "running" });
			expect(row.reason).toContain("gone down; it was started again");
			expect(find(instanceName(id))?.status).toBe("running");
		}
	});
});

describe("metrics", () => {
	it("are sampled from the second look on, and pruned after an hour", async () => {
		const id = await readyBox("measured");
		const loop = observeHosts({ everyMs: 1, orphanAgeMs: 120_000 });
		await loop.turn(world.loopContext());
		await loop.turn(world.loopContext());
		const samples = await world.db.prisma.metricSample.findMany({ where: { devboxId: id } });
		expect(samples).toHaveLength(1);
		expect(samples[0]?.cpuPercent).toBeGreaterThan(0);
		expect(samples[0]?.memoryBytes).toBe(64n * 1024n ** 2n);
		await world.db.pool.query("UPDATE metric_samples SET at = at - interval '61 minutes'");
		await pruneRows({ everyMs: 1 }).turn(world.loopContext());
		expect(await world.db.prisma.metricSample.count()).toBe(0);
	});
});

describe("wishes that nobody queued", () => {
	it("of a destroyed box whose machine is still there end with its name free", async () => {
		const id = await readyBox("leftover");
		await world.db.prisma.devbox.update({ where: { id }, data: { state: "destroyed", desiredState: "destroyed" } });
		await requeueWishes({ everyMs: 1, quietMs: -1_000 }).turn(world.loopContext());
		await until("it is released", async () => (await world.row(id)).releasedAt);
		expect(find(instanceName(id))).toBeNull();
	});

	it("of a failed box whose time is up: it is destroyed", async () => {
		const id = await readyBox("failed");
		const keepUntil = new Date(Date.now() - 1_000);
		await world.db.prisma.devbox.update({ where: { id }, data: { state: "failed", reason: "It failed.", keepUntil } });
		await reapFailed({ everyMs: 1 }).turn(world.loopContext());
		expect((await world.row(id)).state).toBe("destroyed");
		await requeueWishes({ everyMs: 1, quietMs: -1_000 }).turn(world.loopContext());
		await until("it is released", async () => (await world.row(id)).releasedAt);
	});
});

describe("a host whose engine does not answer", () => {
	it("is offline with the reason, and online again with its capacity", async () => {
		const probe = probeHosts({ everyMs: 1 });
		world.machine.goUnavailable();
		await probe.turn(world.loopContext());
		const host = () => world.db.prisma.host.findUniqueOrThrow({ where: { id: world.hostId } });
		expect(await host()).toMatchObject({
			status: "offline",
			statusMessage: expect.stringContaining("does not answer"),
		});
		world.machine.comeBack();
		await probe.turn(world.loopContext());
		expect(await host()).toMatchObject({
			status: "online",
			statusMessage: null,
			engineVersion: "1",
			instancesMax: 100_000,
		});
	});
});

describe("leadership of a loop", () => {
	it("is one process's at a time, and passes on when that one ends", async () => {
		const first = openLeader({ databaseUrl: world.database.url, log: quietLog });
		const second = openLeader({ databaseUrl: world.database.url, log: quietLog });
		expect(await first.leads("a")).toBe(true);
		expect(await first.leads("a")).toBe(true);
		expect(await second.leads("a")).toBe(false);
		expect(await second.leads("b")).toBe(true);
		await first.close();
		await until("the second leads", () => second.leads("a"));
		await second.close();
	});
});
