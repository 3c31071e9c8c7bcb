/** What becomes of an isolation audit whose worker dies, on the real engine: a host without a fence, so that the open network is tried. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { instanceName } from "../lib/domain/ids.ts";
import { requestIsolationReports } from "../lib/usecases/isolation/request-isolation-reports.ts";
import { createEngineWorld, type EngineWorld } from "./testing/engine-world.ts";
import { type HeldWrites, openHeldWrites } from "./testing/held-writes.ts";
import type { WorkerMain } from "./testing/worker-main.ts";
import { until } from "./testing/worker-world.ts";

const shortLease = { DEVBOX_WORKER_LEASE_MS: "2000" };
const auditMs = 4 * 60_000;

let world: EngineWorld;
let writes: HeldWrites;
let worker: WorkerMain | undefined;
beforeAll(async () => {
	world = await createEngineWorld();
	writes = await openHeldWrites(world.database.url);
});
afterAll(async () => {
	await worker?.end("SIGTERM");
	await writes?.close();
	await world?.close();
});

const ask = () =>
	requestIsolationReports({ db: world.db, previewBase: null }, world.actor, { body: {} }).then(
		({ data }) => data[0]?.id ?? "",
	);
const reportOf = (id: string) => world.db.prisma.isolationReport.findUniqueOrThrow({ where: { id } });
const ended = (id: string) =>
	until(
		`${id} has ended`,
		async () => {
			const row = await reportOf(id);
			return row.finishedAt && row;
		},
		auditMs,
	);
const begun = (id: string) => until(`${id} is begun`, async () => (await reportOf(id)).devboxId, 60_000);
const hasTried = async (canary: string) =>
	(await world.operations(canary)).some(({ message }) => message.startsWith("Trying"));
const instances = async () => [...(await world.host.instances()).keys()];
const eventsOf = async (id: string) =>
	(
		await world.db.pool.query("SELECT outcome FROM audit_events WHERE action = 'isolation.audit' AND target_id = $1", [
			id,
		])
	).rowCount;

async function expectGone(...canaries: string[]): Promise<void> {
	for (const canary of canaries)
		await until("the canary is confirmed to be gone", async () => (await world.row(canary)).releasedAt, 60_000);
	expect(await instances()).toEqual([]);
	for (const canary of canaries) expect(await world.row(canary)).toMatchObject({ state: "destroyed", power: "off" });
}

it("killed in the middle: another worker goes on, and neither the canary nor its second box is left", {
	timeout: 2 * auditMs,
}, async () => {
	const id = await ask();
	// Asked for again by somebody else, it is the same one.
	expect(await ask()).toBe(id);
	const victim = await world.startWorker(shortLease);
	const canary = await begun(id);
	await until(
		"it tries",
		async () => (await world.operations(canary)).some(({ message }) => /^Trying/.test(message)),
		auditMs,
	);
	await victim.end("SIGKILL");
	expect((await instances()).sort()).toEqual([instanceName(canary), "isolation-peer"].sort());
	expect((await reportOf(id)).status).toBe("running");
	worker = await world.startWorker(shortLease);
	const report = await ended(id);
	// A result, and not the end of a run that broke off.
	expect(["passed", "failed"]).toContain(report.status);
	const attempts = report.attempts as { promise: string; result: string }[];
	const untried = attempts.filter(({ result }) => result === "not_applicable").map(({ promise }) => promise);
	expect(new Set(untried)).toEqual(new Set(["listed", "unlisted", "dns", "denied", "host"]));
	const tried = attempts.filter(({ result }) => result !== "not_applicable").map(({ promise }) => promise);
	expect(new Set(tried)).toEqual(new Set(["boxes", "kernel", "storage", "secrets"]));
	await expectGone(canary);
	expect(await eventsOf(id)).toBe(1);
});

it("killed while the canary is destroyed: the report stands, is told once, and the next audit is not disturbed", {
	timeout: 3 * auditMs,
}, async () => {
	await worker?.end("SIGTERM");
	const id = await ask();
	const victim = await world.startWorker(shortLease);
	const canary = await begun(id);
	const success = await writes.holdSuccess({ devboxId: canary, step: "audit_isolation" });
	await ended(id);
	await success.reached();
	await victim.end("SIGKILL");
	await success.abandon();
	const before = await reportOf(id);
	expect((await world.row(canary)).releasedAt).toBeNull();
	const next = await ask();
	expect(next).not.toBe(id);
	worker = await world.startWorker(shortLease);
	expect(["passed", "failed"]).toContain((await ended(next)).status);
	await expectGone(canary, await begun(next));
	expect(await reportOf(id)).toEqual(before);
	expect([await eventsOf(id), await eventsOf(next)]).toEqual([1, 1]);
});

it("stopped until its lease had expired: it wakes and leaves the second box to the worker that went on", {
	timeout: 2 * auditMs,
}, async () => {
	await worker?.end("SIGTERM");
	const watch = await world.host.watch();
	const peers = (action: "instance-started" | "instance-deleted") =>
		watch.count({ instance: "isolation-peer", action });
	const id = await ask();
	const sleeper = await world.startWorker(shortLease);
	const canary = await begun(id);
	await until("it tries", () => hasTried(canary), auditMs);
	sleeper.child.kill("SIGSTOP");
	worker = await world.startWorker(shortLease);
	await until("another one goes on", () => peers("instance-started") === 2, 60_000);
	expect(peers("instance-deleted")).toBe(1);
	sleeper.child.kill("SIGCONT");
	await until("the woken worker gave up", () => sleeper.said().includes('"outcome":"lost"'));
	await sleeper.end("SIGTERM");
	expect(["passed", "failed"]).toContain((await ended(id)).status);
	await expectGone(canary);
	// By the one that made it.
	expect(peers("instance-deleted")).toBe(2);
	expect(await eventsOf(id)).toBe(1);
	watch.close();
});
