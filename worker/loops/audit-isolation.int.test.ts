/** When a host is audited, on the simulated engine and with a clock of the test's own. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listHostIsolationRows } from "../../lib/db/isolation-reports.ts";
import { newId } from "../../lib/domain/ids.ts";
import type { IsolationStatus } from "../../lib/domain/isolation.ts";
import { checkIsolation } from "../../ops/doctor/check-isolation.ts";
import { networkSetup } from "../isolation/network-setup.ts";
import { createWorkerWorld, until, type WorkerWorld } from "../testing/worker-world.ts";
import { auditIsolation } from "./audit-isolation.ts";

let world: WorkerWorld;
beforeAll(async () => {
	world = await createWorkerWorld();
});
afterAll(() => world.close());

const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 24 * 60 * 60_000);
const setup = networkSetup(null);

/** One turn of the loop at that time; answers why it asked for an audit, if it did. */
async function turnAt(at: Date): Promise<string[]> {
	await auditIsolation({ everyMs: 1, now: () => at }).turn(world.loopContext());
	const open = await world.db.prisma.isolationReport.findMany({ where: { status: { in: ["pending", "running"] } } });
	return open.map(({ cause }) => cause);
}

const report = (status: IsolationStatus, finishedAt: Date, networkSetup: string | null = setup) =>
	world.db.prisma.isolationReport.create({
		data: {
			...{ id: newId("isolationReport"), hostId: world.hostId, cause: "requested", status, finishedAt },
			networkSetup: status === "error" ? null : networkSetup,
		},
	});
const everyDays = (days: number | null) =>
	world.db.prisma.workspace.update({ where: { id: world.actor.workspaceId }, data: { isolationEveryDays: days } });
const doctor = async (at: Date) =>
	(await checkIsolation(world.db.pool, at)).map(({ status, detail }) => `${status}: ${detail}`);

beforeEach(async () => {
	await world.db.pool.query("DELETE FROM isolation_reports");
	await world.db.pool.query("DELETE FROM runs");
	await world.db.prisma.host.updateMany({ data: { status: "online", createdAt: day(0) } });
	await everyDays(90);
});

describe("an audit comes by itself", () => {
	it("a day after its host came, and not before", async () => {
		expect(await turnAt(day(0.9))).toEqual([]);
		expect(await turnAt(day(1.1))).toEqual(["schedule"]);
		// Asked again while it waits or runs, it is the same one.
		expect(await turnAt(day(1.2))).toEqual(["schedule"]);
	});

	it("as many days after the last result as the workspace says, passed or not", async () => {
		await report("failed", day(10));
		expect(await turnAt(day(99.9))).toEqual([]);
		await everyDays(30);
		expect(await turnAt(day(39.9))).toEqual([]);
		expect(await turnAt(day(40.1))).toEqual(["schedule"]);
	});

	it("never by time where that is off, and after a change of the set-up all the same", async () => {
		await everyDays(null);
		expect(await turnAt(day(900))).toEqual([]);
		await report("passed", day(10));
		expect(await turnAt(day(900))).toEqual([]);
		await world.db.prisma.host.updateMany({ data: { fenceAddress: "100.64.0.1" } });
		expect(await turnAt(day(11))).toEqual(["network_change"]);
		await world.db.prisma.host.updateMany({ data: { fenceAddress: null } });
	});

	it("a day after one that ended without a result, however the set-up changed before it", async () => {
		await report("passed", day(10), "another set-up");
		await report("error", day(11));
		expect(await turnAt(day(11.9))).toEqual([]);
		expect(await turnAt(day(12.1))).toEqual(["network_change"]);
	});

	it("not on a host that is away: it is due when the host is back", async () => {
		await world.db.prisma.host.updateMany({ data: { status: "offline" } });
		expect(await turnAt(day(50))).toEqual([]);
		await world.db.prisma.host.updateMany({ data: { status: "online" } });
		expect(await turnAt(day(50))).toEqual(["schedule"]);
	});
});

describe("the doctor", () => {
	it("warns of an audit that failed, that has no result, or that is a week late", async () => {
		expect(await doctor(day(3))).toEqual(["ok: local is new; its first audit comes within a day or so"]);
		expect(await doctor(day(9))).toEqual(["warn: local: it was never audited"]);
		await everyDays(null);
		expect(await doctor(day(3))).toEqual(["warn: local: it was never audited"]);
		await everyDays(90);
		await report("passed", day(10));
		expect(await doctor(day(106))).toEqual(["ok: local passed 96 days ago: 0 attempts, 0 not tried"]);
		expect((await doctor(day(108)))[0]).toMatch(/^warn: local: its last audit was 98 days ago/);
		await report("error", day(109));
		expect((await doctor(day(110)))[0]).toMatch(/^warn: local: its last audit ended without a result a day ago/);
		await report("failed", day(111));
		expect((await doctor(day(111)))[0]).toMatch(/^warn: local: its last audit failed today/);
	});
});

describe("an audit whose host is down", () => {
	it("waits and says for what, is still the one that is asked for, and leaves nothing once the host is back", async () => {
		world.machine.goUnavailable();
		expect(await turnAt(day(2))).toEqual(["schedule"]);
		const worker = world.worker();
		const standing = async () => (await listHostIsolationRows(world.db.pool, { at: day(2) }))[0];
		const open = await until("it says what it waits for", async () => {
			const found = (await standing())?.open;
			return found?.message ? found : null;
		});
		expect(open).toMatchObject({ status: "running", message: expect.stringContaining("local") });
		expect(await turnAt(day(200))).toEqual(["schedule"]);
		world.machine.comeBack();
		await until("it has ended", async () => (await standing())?.open === null, 90_000);
		await until("its canary is gone", () => world.machine.instances().length === 0);
		await worker.stop({ graceMs: 0 });
	}, 120_000);
});

describe("a run that ended without a result", () => {
	it("closes its report, which says why, and is in the audit log with it", async () => {
		await turnAt(day(2));
		await world.db.pool.query("UPDATE runs SET status = 'failed'");
		await world.db.pool.query("UPDATE operations SET status = 'failed', message = 'no room' WHERE step = 'provision'");
		await turnAt(day(2.1));
		const [closed] = await world.db.prisma.isolationReport.findMany({ orderBy: { createdAt: "asc" } });
		expect(closed).toMatchObject({ status: "error", message: "no room" });
		const { rows } = await world.db.pool.query(
			"SELECT outcome, detail FROM audit_events WHERE action = 'isolation.audit' AND target_id = $1",
			[closed?.id],
		);
		expect(rows).toEqual([{ outcome: "failed", detail: { message: "no room" } }]);
	});
});
