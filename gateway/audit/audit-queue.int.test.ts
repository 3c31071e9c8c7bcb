import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../lib/db/database.ts";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import type { AuditEvent } from "../../lib/domain/audit.ts";
import { openLog } from "../../lib/log/log.ts";
import { openDatabaseGate } from "../testing/database-gate.ts";
import { eventually } from "../testing/eventually.ts";
import { openAuditQueue } from "./audit-queue.ts";

const log = openLog("test", { level: "silent" });
let database: TestDatabase;

beforeAll(async () => {
	database = await createTestDatabase();
});

afterAll(() => database.close());

function event(workspaceId: string, requestId: string): AuditEvent {
	return { workspaceId, actor: { kind: "system" }, action: "devbox.stop", outcome: "success", requestId };
}

const written = (workspaceId: string) =>
	database.db.prisma.auditEvent.findMany({ where: { workspaceId }, orderBy: { seq: "asc" } });

test("what was added stands in the log once it is flushed, in its order", async () => {
	const queue = openAuditQueue({ db: database.db, log });
	for (const n of ["1", "2", "3"]) queue.add(event("wsp_order", n));
	await queue.flushed();
	expect((await written("wsp_order")).map((row) => row.requestId)).toEqual(["1", "2", "3"]);
	await queue.close();
});

test("events wait for a database that is away and are written once, however often they were tried", async () => {
	const gate = await openDatabaseGate(database.url);
	const gated = openDatabase(gate.url, { applicationName: "test-audit" });
	const queue = openAuditQueue({ db: gated, log });
	await gate.shut();
	queue.add(event("wsp_away", "1"));
	queue.add(event("wsp_away", "2"));
	await queue.flushed();
	expect(await written("wsp_away")).toEqual([]);
	await gate.open();
	await eventually("both events", async () => (await written("wsp_away")).length === 2);
	await queue.close();
	await gated.close();
	await gate.shut();
	expect(await written("wsp_away")).toHaveLength(2);
});

test("what finds no room is counted, and the log says so itself", async () => {
	const queue = openAuditQueue({ db: database.db, log, eventsMax: 2 });
	for (const n of ["1", "2", "3", "4"]) queue.add(event("wsp_full", n));
	await queue.flushed();
	const rows = await written("wsp_full");
	expect(rows.map((row) => row.action)).toEqual(["devbox.stop", "devbox.stop", "audit.lost"]);
	expect(rows[2]?.detail).toEqual({ count: 2 });
	await queue.close();
});

test("one event that the database does not take keeps no other out", async () => {
	const queue = openAuditQueue({ db: database.db, log });
	queue.add(event("wsp_bad", "1"));
	queue.add({ ...event("wsp_bad", "2"), at: new Date(8.64e15) });
	queue.add(event("wsp_bad", "nul \0 and half a \ud800 character"));
	await queue.flushed();
	expect((await written("wsp_bad")).map((row) => row.requestId)).toEqual(["1", "nul ␀ and half a � character"]);
	await queue.close();
});

test("a flood of one kind is two events: the first, and one with the count of the others", async () => {
	let now = 1_700_000_000_000;
	const queue = openAuditQueue({ db: database.db, log, now: () => now });
	for (let n = 0; n < 100; n++) queue.gather({ ...event("wsp_flood", String(n)), outcome: "refused" });
	await queue.flushed();
	expect(await written("wsp_flood")).toHaveLength(1);
	now += 61_000;
	await eventually("the count", async () => (await written("wsp_flood")).length === 2);
	expect((await written("wsp_flood"))[1]?.detail).toEqual({ count: 99 });
	await queue.close();
});

test("closing writes what waits", async () => {
	const queue = openAuditQueue({ db: database.db, log });
	queue.gather(event("wsp_close", "1"));
	queue.gather(event("wsp_close", "2"));
	await queue.close();
	expect(await written("wsp_close")).toHaveLength(2);
});
