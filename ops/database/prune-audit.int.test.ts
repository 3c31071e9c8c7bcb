import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordAudit } from "../../lib/db/audit-events.ts";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import { ensureFirstOwner } from "./first-owner.ts";
import { pruneAudit } from "./prune-audit.ts";

let database: TestDatabase;
let client: pg.Client;
let workspaceId: string;

beforeAll(async () => {
	database = await createTestDatabase();
	client = new pg.Client({ connectionString: database.url });
	await client.connect();
	await ensureFirstOwner(client);
	workspaceId = (await client.query<{ id: string }>("SELECT id FROM workspaces")).rows[0]?.id ?? "";
});

afterAll(async () => {
	await client.end();
	await database.close();
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const add = (at: Date) =>
	recordAudit(client, { workspaceId, actor: { kind: "system" }, action: "devbox.stop", outcome: "success", at });
const actions = async () =>
	(await client.query<{ action: string }>("SELECT action FROM audit_events ORDER BY seq")).rows.map(
		(row) => row.action,
	);

test("pruning removes what is older than it was told, and says so in the log", async () => {
	await add(daysAgo(400));
	await add(daysAgo(91));
	await add(daysAgo(89));
	expect(await pruneAudit(client, { olderThanDays: 90 })).toBe(2);
	expect(await actions()).toEqual(["devbox.stop", "operator.command", "audit.prune"]);
	expect((await client.query("SELECT detail FROM audit_events WHERE action = 'audit.prune'")).rows).toMatchObject([
		{ detail: { count: 2 } },
	]);
});

test("nothing younger than 30 days can go, whatever is said", async () => {
	await add(daysAgo(20));
	for (const days of [29, 0, -1, 1.5, Number.NaN])
		await expect(pruneAudit(client, { olderThanDays: days })).rejects.toMatchObject({ code: "invalid" });
	await client.query("BEGIN");
	await client.query("SELECT set_config('devbox.audit_prune_before', $1, true)", [daysAgo(1).toISOString()]);
	await expect(client.query("DELETE FROM audit_events WHERE at < now() - interval '10 days'")).rejects.toThrow(
		"append-only",
	);
	await client.query("ROLLBACK");
	await expect(client.query("DELETE FROM audit_events")).rejects.toThrow("append-only");
	await expect(client.query("TRUNCATE audit_events")).rejects.toThrow("append-only");
});
