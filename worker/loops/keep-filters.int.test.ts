/** That nothing which waits for one host or one box keeps others waiting. What is enforced has its tests on a real engine. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { writeSeenFences } from "../../lib/db/host-network.ts";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import { appliedPolicy } from "../../lib/domain/egress-policy.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { openLog } from "../../lib/log/log.ts";
import type { HostAccess } from "../hosts.ts";
import { keepFilters } from "./keep-filters.ts";
import type { LoopContext } from "./loop.ts";

const never = new Promise<never>(() => undefined);
const enforced: string[] = [];
vi.mock("../network/enforce-policies.ts", () => ({
	enforcePolicies: async ({ host }: { host: HostAccess }) => {
		if (host.id === "host_hangs") await never;
		enforced.push(host.id);
	},
}));
const told: string[] = [];
vi.mock("../network/write-policy-file.ts", () => ({
	writePolicyFile: async ({ devboxId }: { devboxId: string }) => {
		told.push(devboxId);
		if (devboxId === "dbx_silent") await never;
	},
}));

let database: TestDatabase;
const stopping = new AbortController();
const moved: string[] = [];
let stuckTries = 0;
const hostOf = (id: string) =>
	({
		id,
		name: id,
		engine: {
			setNetwork: async ({ name }: { name: string }) => {
				if (name === instanceName("dbx_stuck")) {
					stuckTries += 1;
					throw new Error("its interface does not come off");
				}
				moved.push(name);
			},
			exec: async () => {
				throw new Error("no journal here");
			},
		},
	}) as unknown as HostAccess;
const hosts = [hostOf("host_hangs"), hostOf("host_works")];

beforeAll(async () => {
	database = await createTestDatabase();
	const { pool } = database.db;
	await pool.query(`
		INSERT INTO workspaces (id, name) VALUES ('wsp_1', 'w');
		INSERT INTO users (id, login) VALUES ('usr_1', 'ada')`);
	for (const [id, place] of [
		["host_hangs", 1],
		["host_works", 2],
	])
		await pool.query(
			`INSERT INTO hosts (id, name, engine, endpoint, project, profile, pool, fence_address)
			VALUES ($1::text, $1::text, 'incus', 'https://' || $1::text, $1::text, 'p', 'p', '10.9.' || $2::text || '.1')`,
			[id, place],
		);
	for (const [id, host] of [
		["dbx_far", "host_hangs"],
		["dbx_silent", "host_works"],
		["dbx_stuck", "host_works"],
		["dbx_well", "host_works"],
	])
		await pool.query(
			`INSERT INTO devboxes (id, workspace_id, owner_id, name, image, image_ref, size, state, power, host_id, network_mode, network_domains)
			VALUES ($1::text, 'wsp_1', 'usr_1', $1::text, 'i', 'i@1', 's', 'ready', 'running', $2, 'enforce', '{a.example}')`,
			[id, host],
		);
});
afterAll(async () => {
	stopping.abort();
	await database.close();
});

const context = (): LoopContext => ({
	db: database.db,
	hosts: { all: () => hosts } as unknown as LoopContext["hosts"],
	installId: "test",
	log: openLog("test", { level: "fatal" }),
	signal: stopping.signal,
});

it("a host that hangs, a box that does not come loose and one that does not listen hold up nobody else", async () => {
	const loop = keepFilters({ everyMs: 20, lookEveryMs: 0, idleStopMs: 60_000 });
	await loop.turn(context());
	await vi.waitFor(() => expect(moved).toEqual(expect.arrayContaining(["dbx_silent", "dbx_well"].map(instanceName))));
	await vi.waitFor(() => expect(told).toEqual(expect.arrayContaining(["dbx_silent", "dbx_well"])));
	const before = enforced.length;
	await database.db.pool.query("UPDATE devboxes SET network_domains = '{b.example}' WHERE id = 'dbx_well'");
	await vi.waitFor(
		async () => {
			await loop.turn(context());
			expect(enforced.length).toBeGreaterThan(before);
			expect(told.filter((id) => id === "dbx_well").length).toBeGreaterThan(1);
		},
		{ timeout: 10_000 },
	);
	// Told once, while it does not answer.
	expect(told.filter((id) => id === "dbx_silent")).toHaveLength(1);
	// Tried, with the others moved beside it.
	expect(stuckTries).toBeGreaterThan(0);
});

it("a row that says of an interface that it is where it is not is set right, unless it is newer than what was seen", async () => {
	const { pool } = database.db;
	const applied = appliedPolicy({ mode: "enforce", domains: ["a.example"], services: [] });
	const set =
		"UPDATE devboxes SET network_fenced = true, network_applied = $1, updated_at = now() WHERE id = 'dbx_far'";
	await pool.query(set, [applied]);
	const seen = [{ id: "dbx_far", isFenced: false }];
	const early = new Date(Date.now() - 60_000);
	expect(await writeSeenFences(pool, { hostId: "host_hangs", before: early, seen })).toEqual([]);
	expect(await writeSeenFences(pool, { hostId: "host_works", before: new Date(Date.now() + 60_000), seen })).toEqual(
		[],
	);
	expect(await writeSeenFences(pool, { hostId: "host_hangs", before: new Date(Date.now() + 60_000), seen })).toEqual([
		"dbx_far",
	]);
	const { rows } = await pool.query("SELECT network_fenced, network_applied FROM devboxes WHERE id = 'dbx_far'");
	expect(rows).toEqual([{ network_fenced: false, network_applied: null }]);
});
