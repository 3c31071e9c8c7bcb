import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { cloneDir } from "../install/install.ts";
import { dropRoles, grantRoles, urlForRole, webGrants } from "./grant-roles.ts";
import { migrate } from "./migrate.ts";

const ours = path.join(cloneDir, "prisma/migrations");
const suffix = Math.random().toString(36).slice(2, 8);
const roles = {
	app: { name: `t_${suffix}_app`, password: "a'p\"p" },
	web: { name: `t_${suffix}_web`, password: "web" },
};
const made: string[] = [];
let admin: pg.Client;

beforeAll(async () => {
	admin = new pg.Client({ connectionString: inject("testPostgresUrl") });
	await admin.connect();
});

afterAll(async () => {
	for (const name of made) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
	for (const role of [roles.app, roles.web]) await admin.query(`DROP ROLE IF EXISTS ${role.name}`);
	await admin.end();
});

async function freshDatabase(): Promise<string> {
	const name = `migrate_${suffix}_${made.length}`;
	await admin.query(`CREATE DATABASE ${name}`);
	made.push(name);
	const url = new URL(inject("testPostgresUrl"));
	url.pathname = `/${name}`;
	return url.href;
}

async function query(url: string, sql: string): Promise<unknown[]> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		return (await client.query(sql)).rows;
	} finally {
		await client.end();
	}
}

/** A folder of migrations: name -> SQL. */
function folderOf(migrations: Record<string, string>): string {
	const folder = mkdtempSync(path.join(tmpdir(), "devbox-migrations-"));
	for (const [name, sql] of Object.entries(migrations)) {
		mkdirSync(path.join(folder, name));
		writeFileSync(path.join(folder, name, "migration.sql"), sql);
	}
	return folder;
}

test("three starts at once on an empty database apply each migration once", async () => {
	const url = await freshDatabase();
	const applied = await Promise.all([migrate(url, ours), migrate(url, ours), migrate(url, ours)]);
	expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
	const rows = await query(url, `SELECT migration_name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL`);
	expect(rows).toHaveLength(applied.flat().length);
	expect(await migrate(url, ours)).toEqual([]);
});

test("a migration that fails leaves nothing of itself, and is tried again when it is mended", async () => {
	const url = await freshDatabase();
	const broken = folderOf({
		"1_first": "CREATE TABLE a (id int)",
		"2_second": "CREATE TABLE b (id int); SELECT no_such_function()",
	});
	await expect(migrate(url, broken)).rejects.toMatchObject({
		code: "unavailable",
		message: expect.stringContaining("2_second"),
	});
	expect(await query(url, "SELECT to_regclass('a') IS NOT NULL AS a, to_regclass('b') IS NOT NULL AS b")).toEqual([
		{ a: true, b: false },
	]);
	const mended = folderOf({ "1_first": "CREATE TABLE a (id int)", "2_second": "CREATE TABLE b (id int)" });
	expect(await migrate(url, mended)).toEqual(["2_second"]);
	for (const folder of [broken, mended]) rmSync(folder, { recursive: true });
});

test("a migration that was edited after it was applied, or that this version does not know, stops the start", async () => {
	const url = await freshDatabase();
	const first = folderOf({ "1_first": "CREATE TABLE a (id int)" });
	const edited = folderOf({ "1_first": "CREATE TABLE a (id bigint)" });
	const none = folderOf({});
	await migrate(url, first);
	await expect(migrate(url, edited)).rejects.toMatchObject({
		code: "conflict",
		message: expect.stringContaining("was edited"),
	});
	await expect(migrate(url, none)).rejects.toMatchObject({
		code: "conflict",
		message: expect.stringContaining("does not know"),
	});
	for (const folder of [first, edited, none]) rmSync(folder, { recursive: true });
});

test("a default network policy that was set before it was one of the workspace's defaults is one of them afterwards", async () => {
	const url = await freshDatabase();
	const names = readdirSync(ours).filter((name) => /^\d{14}_/.test(name));
	const sqlOf = (name: string) => readFileSync(path.join(ours, name, "migration.sql"), "utf8");
	const before = names.filter((name) => name < "20261128123000");
	const old = folderOf(Object.fromEntries(before.map((name) => [name, sqlOf(name)])));
	await migrate(url, old);
	const columns =
		"version, image, size, setup_commands, setup_timeout_seconds, devboxes_per_member, locked, updated_by";
	await query(
		url,
		`INSERT INTO workspaces (id, name, network_mode, network_domains, network_locked) VALUES
			('open', 'a', 'open', '{}', false), ('set', 'b', 'enforce', '{github.com}', true), ('both', 'c', 'none', '{}', false);
		INSERT INTO workspace_defaults (workspace_id, ${columns}) VALUES ('both', 4, 'i', 'm', '{}', 60, 3, '{size}', 'ann')`,
	);
	await migrate(url, ours);
	const read = "SELECT workspace_id AS id, version, size, locked, network_mode AS mode, network_domains AS names";
	expect(await query(url, `${read} FROM workspace_defaults ORDER BY 1`)).toEqual([
		{ id: "both", version: 5, size: "m", locked: ["size"], mode: "none", names: [] },
		{ id: "set", version: 1, size: "s", locked: ["network_policy"], mode: "enforce", names: ["github.com"] },
	]);
	rmSync(old, { recursive: true });
});

test("the web's role reaches the sign-in tables alone, and the application's changes no structure and no audit event", async () => {
	const url = await freshDatabase();
	await migrate(url, ours);
	expect(await grantRoles({ ownerUrl: url, ...roles })).toBe(true);
	expect(await grantRoles({ ownerUrl: url, ...roles })).toBe(true);
	const [app, web] = [urlForRole(url, roles.app), urlForRole(url, roles.web)];
	const tables = (await query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")) as {
		tablename: string;
	}[];
	for (const { tablename } of tables) {
		const reads = query(web, `SELECT count(*) FROM "${tablename}"`);
		if (tablename in webGrants) await reads;
		else await expect(reads, tablename).rejects.toThrow("permission denied");
	}
	await query(app, "SELECT count(*) FROM devboxes");
	await expect(query(app, "DROP TABLE devboxes")).rejects.toThrow("must be owner");
	await expect(query(app, "CREATE TABLE mine (id int)")).rejects.toThrow("permission denied");
	await expect(query(app, `DELETE FROM "_prisma_migrations"`)).rejects.toThrow("permission denied");
	await expect(query(app, "UPDATE audit_events SET outcome = 'x'")).rejects.toThrow("permission denied");
	await expect(query(app, "DELETE FROM audit_events")).rejects.toThrow("permission denied");
	const event = (action: string) =>
		`SELECT record_sign_in('${JSON.stringify({ id: action, workspace_id: "w", actor_kind: "session", action, outcome: "success" })}')`;
	await query(web, event("session.begin"));
	await expect(query(web, event("devbox.create"))).rejects.toThrow("not devbox.create");
	expect(await query(app, "SELECT action FROM audit_events")).toEqual([{ action: "session.begin" }]);
	await dropRoles(url, { app: roles.app.name, web: roles.web.name });
	await dropRoles(url, { app: roles.app.name, web: roles.web.name });
	expect(await query(url, `SELECT 1 FROM pg_roles WHERE rolname LIKE 't_${suffix}%'`)).toEqual([]);
});
