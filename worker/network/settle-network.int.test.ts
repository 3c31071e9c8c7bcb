import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import type { Engine, InstanceNetwork } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import { settleNetwork } from "./settle-network.ts";

/** What was done, in its order: the filter itself has its tests on a real engine. */
const done: (string | InstanceNetwork)[] = [];
vi.mock("./enforce-policies.ts", () => ({ enforcePolicies: async () => void done.push("enforce") }));

let database: TestDatabase;
const host = {
	id: "host_1",
	engine: {
		setNetwork: async ({ network }: { network: InstanceNetwork }) => void done.push(network),
	} as Partial<Engine>,
} as unknown as HostAccess;

beforeAll(async () => {
	database = await createTestDatabase();
	await database.db.pool.query(`
		INSERT INTO workspaces (id, name) VALUES ('wsp_1', 'w');
		INSERT INTO users (id, login) VALUES ('usr_1', 'ada');
		INSERT INTO devboxes (id, workspace_id, owner_id, name, image, image_ref, size, state)
		VALUES ('dbx_1', 'wsp_1', 'usr_1', 'box', 'i', 'i@1', 's', 'provisioning')`);
});
beforeEach(() => void done.splice(0));
afterAll(() => database.close());

const write = (set: string) => database.db.pool.query(`UPDATE devboxes SET ${set} WHERE id = 'dbx_1'`);
const settle = (o = {}) =>
	settleNetwork({
		db: database.db.pool,
		host,
		installId: "test",
		devboxId: "dbx_1",
		signal: AbortSignal.timeout(10_000),
		...o,
	});
async function isFenced(): Promise<boolean> {
	const { rows } = await database.db.pool.query("SELECT network_fenced AS fenced FROM devboxes WHERE id = 'dbx_1'");
	return rows[0]?.fenced;
}

it("moves a box that an earlier try left on the open network, whatever its row says, the policy first", async () => {
	await write("network_mode = 'enforce', network_fenced = true");
	await settle();
	expect(done).toEqual(["enforce", { kind: "fenced", place: expect.any(Number) }]);
	expect(await isFenced()).toBe(true);
});

it("tells the filter again only what it was not told a moment ago", async () => {
	const { rows } = await database.db.pool.query("SELECT network_domains AS domains FROM devboxes WHERE id = 'dbx_1'");
	const { appliedPolicy } = await import("../../lib/domain/egress-policy.ts");
	const applied = appliedPolicy({ mode: "enforce", domains: rows[0].domains, services: [] });
	await database.db.pool.query("UPDATE devboxes SET network_applied = $1 WHERE id = 'dbx_1'", [applied]);
	await settle({ isJustEnforced: true });
	expect(done).toEqual([{ kind: "fenced", place: expect.any(Number) }]);
	done.splice(0);
	await write("network_mode = 'none'");
	await settle({ isJustEnforced: true });
	expect(done).toEqual(["enforce", { kind: "fenced", place: expect.any(Number) }]);
});

it("takes a box to the open network, and its place on the fence is free again", async () => {
	await write("network_mode = 'open'");
	await settle();
	expect(done).toEqual([{ kind: "open" }]);
	expect(await isFenced()).toBe(false);
});
