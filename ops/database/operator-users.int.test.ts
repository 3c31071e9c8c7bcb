import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import { hashToken } from "../../lib/db/token-hash.ts";
import { ensureFirstOwner } from "./first-owner.ts";
import { enableUser, inviteLogin, letUserGo, listUsers, setQuota, setRole } from "./operator-users.ts";
import { localHostId, registerHost, registerImage } from "./register-host.ts";
import { makeSignInLink } from "./sign-in-link.ts";

let database: TestDatabase;
let client: pg.Client;
let owner: string;

beforeAll(async () => {
	database = await createTestDatabase();
	client = new pg.Client({ connectionString: database.url });
	await client.connect();
	owner = await ensureFirstOwner(client);
});

afterAll(async () => {
	await client.end();
	await database.close();
});

test("the first start makes one workspace with one owner, and later starts find it", async () => {
	expect(await ensureFirstOwner(client)).toBe(owner);
	expect((await client.query("SELECT id FROM workspaces")).rowCount).toBe(1);
	expect(await listUsers(client)).toMatchObject([{ login: owner, role: "owner", quota: 10, isDisabled: false }]);
});

test("a sign-in link is kept as a hash alone, for 15 minutes", async () => {
	const link = new URL(await makeSignInLink(client, { login: null, publicUrl: "https://devbox.example.com" }));
	expect(link.origin + link.pathname).toBe("https://devbox.example.com/sign-in/link");
	const token = link.searchParams.get("token") ?? "";
	const { rows } = await client.query(
		"SELECT token_hash, used_at, extract(epoch FROM expires_at - now())::int AS seconds FROM sign_in_links",
	);
	expect(rows).toEqual([{ token_hash: hashToken(token), used_at: null, seconds: expect.any(Number) }]);
	expect(rows[0].seconds).toBeGreaterThan(14 * 60);
	expect(rows[0].seconds).toBeLessThanOrEqual(15 * 60);
	await expect(makeSignInLink(client, { login: "nobody", publicUrl: "http://a" })).rejects.toMatchObject({
		code: "not_found",
	});
});

test("the last owner can neither be disabled nor made less", async () => {
	const { db } = database;
	for (const kind of ["disable", "remove"] as const)
		await expect(letUserGo(db, { login: owner, kind, devboxes: "stop" })).rejects.toMatchObject({ code: "conflict" });
	await expect(setRole(db, { login: owner, role: "member" })).rejects.toMatchObject({ code: "conflict" });
	await expect(setRole(db, { login: owner, role: "king" })).rejects.toMatchObject({ code: "invalid" });
});

test("a disabled user gets no link, and gets one again when enabled", async () => {
	await client.query("INSERT INTO users (id, login) VALUES ('usr_grace', 'grace')");
	await client.query(
		"INSERT INTO members (workspace_id, user_id, role) SELECT id, 'usr_grace', 'member' FROM workspaces",
	);
	const { db } = database;
	await letUserGo(db, { login: "grace", kind: "disable", devboxes: "stop" });
	await expect(makeSignInLink(client, { login: "grace", publicUrl: "http://a" })).rejects.toMatchObject({
		code: "forbidden",
	});
	await enableUser(db, "grace");
	expect(await makeSignInLink(client, { login: "Grace", publicUrl: "http://a" })).toContain("token=");
	await setQuota(db, { login: "grace", quota: 3 });
	await setRole(db, { login: "grace", role: "admin" });
	expect((await listUsers(client))[1]).toMatchObject({ login: "grace", role: "admin", quota: 3 });
});

test("who is disabled or removed has their devboxes stopped or destroyed, and the membership ends with a removal", async () => {
	const { db } = database;
	const { rows } = await client.query<{ workspace_id: string }>("SELECT workspace_id FROM members LIMIT 1");
	const workspaceId = rows[0]?.workspace_id ?? "";
	const common = { workspaceId, ownerId: "usr_grace", image: "builtin:base", imageRef: "builtin:base@1", size: "s" };
	for (const [id, state] of [
		["dbx_on", "ready"],
		["dbx_made", "provisioning"],
	] as const)
		await db.prisma.devbox.create({ data: { ...common, id, name: id.slice(4), state, power: "running" } });
	await expect(letUserGo(db, { login: "grace", kind: "disable", devboxes: "sell" })).rejects.toThrow(/stop or destroy/);
	await expect(letUserGo(db, { login: "nobody", kind: "remove", devboxes: "stop" })).rejects.toThrow(/no member/);
	const departed = await letUserGo(db, { login: "grace", kind: "disable", devboxes: "stop" });
	expect(departed.map(({ name, outcome }) => `${name} ${outcome}`).sort()).toEqual(["made destroyed", "on stopped"]);
	const stopped = await db.prisma.devbox.findUniqueOrThrow({ where: { id: "dbx_on" }, include: { runs: true } });
	expect(stopped).toMatchObject({
		desiredState: "stopped",
		reason: "Stopped: grace was disabled by the server's operator.",
		runs: [{ pipeline: "stop-devbox" }],
	});
	await letUserGo(db, { login: "grace", kind: "remove", devboxes: "destroy" });
	expect(await db.prisma.devbox.findUniqueOrThrow({ where: { id: "dbx_on" } })).toMatchObject({ state: "destroyed" });
	expect((await listUsers(client)).map(({ login }) => login)).toEqual([owner]);
});

describe("a member of two workspaces, who is the only owner of the second one", () => {
	// The last one in the order in which they are changed.
	const second = "wsz_second";
	const told = async () => {
		const where = { action: "operator.command" };
		const events = await database.db.prisma.auditEvent.findMany({ where, orderBy: { seq: "desc" } });
		return events.map(({ workspaceId, detail }) => ({ workspaceId, detail }));
	};
	const state = async () => {
		const user = await database.db.prisma.user.findUniqueOrThrow({
			where: { login: "linus" },
			include: { members: { orderBy: { workspaceId: "asc" } } },
		});
		const isDisabled = user.disabledAt !== null;
		return { isDisabled, members: user.members.map(({ role, devboxQuota }) => `${role} ${devboxQuota}`) };
	};
	const both = (words: string[], command: string) =>
		expect.arrayContaining([
			{ workspaceId: second, detail: { command, words } },
			{ workspaceId: expect.not.stringMatching(second), detail: { command, words } },
		]);

	beforeAll(async () => {
		const { prisma } = database.db;
		const { id } = await prisma.workspace.findFirstOrThrow();
		await prisma.workspace.create({ data: { id: second, name: "Second" } });
		const members = { create: [id, second].map((workspaceId) => ({ workspaceId, role: "owner" })) };
		await prisma.user.create({ data: { id: "usr_linus", login: "linus", members } });
	});

	test("is neither disabled, removed nor made less in any of them, and nothing is told", async () => {
		const { db } = database;
		const before = await told();
		const refused = { code: "conflict", message: expect.stringContaining("npm run admin -- role <login> owner") };
		for (const kind of ["disable", "remove"] as const)
			await expect(letUserGo(db, { login: "linus", kind, devboxes: "stop" })).rejects.toMatchObject(refused);
		await expect(setRole(db, { login: "linus", role: "member" })).rejects.toMatchObject(refused);
		expect(await state()).toEqual({ isDisabled: false, members: ["owner null", "owner null"] });
		expect(await told()).toEqual(before);
	});

	test("is changed in both, which both audit logs say", async () => {
		const { db } = database;
		await setQuota(db, { login: "linus", quota: 4 });
		expect((await told()).slice(0, 2)).toEqual(both(["linus", "4"], "quota"));
		await inSecond("usr_second_owner");
		await setRole(db, { login: "linus", role: "admin" });
		expect((await told()).slice(0, 2)).toEqual(both(["linus", "admin"], "role"));
		expect(await state()).toEqual({ isDisabled: false, members: ["admin 4", "admin 4"] });
		await letUserGo(db, { login: "linus", kind: "disable", devboxes: "stop" });
		expect((await state()).isDisabled).toBe(true);
		await enableUser(db, "linus");
		expect((await told()).slice(0, 2)).toEqual(both(["linus"], "enable"));
		await letUserGo(db, { login: "linus", kind: "remove", devboxes: "stop" });
		expect((await told()).slice(0, 2)).toEqual(both(["linus", "--devboxes", "stop"], "remove"));
		expect(await state()).toEqual({ isDisabled: false, members: [] });
	});

	const inSecond = (id: string) =>
		database.db.prisma.user.create({
			data: { id, login: id.slice(4), members: { create: { workspaceId: second, role: "owner" } } },
		});
});

test("an invitation is by login in lower case, and inviting again changes its role", async () => {
	await inviteLogin(client, { login: "Ada", role: "member" });
	await inviteLogin(client, { login: "ada", role: "admin" });
	expect((await client.query("SELECT github_login, role FROM invitations")).rows).toEqual([
		{ github_login: "ada", role: "admin" },
	]);
	await expect(inviteLogin(client, { login: "not a login", role: "member" })).rejects.toMatchObject({
		code: "invalid",
	});
});

test("starting again neither doubles nor touches the host and image rows", async () => {
	const id = await localHostId(client, "devbox-test01");
	const host = {
		id,
		engine: "incus",
		endpoint: "https://127.0.0.1:8443",
		installId: "test01",
		project: "devbox-test01",
		profile: "box",
		pool: "p",
	} as const;
	const image = {
		name: "builtin:base",
		ref: "builtin:base@1",
		description: "d",
		sizeBytes: 5_000_000_000,
		buildSeconds: 61.5,
	};
	for (let start = 0; start < 2; start++) {
		await registerHost(client, { ...host, tls: { certificate: "", key: "", serverCertificate: "pem" } });
		await registerImage(client, { ...image, programs: [], buildSeconds: start === 0 ? 61.5 : null });
	}
	expect(await localHostId(client, "devbox-test01")).toBe(id);
	expect((await client.query("SELECT id, server_certificate FROM hosts")).rows).toEqual([
		{ id, server_certificate: "pem" },
	]);
	expect((await client.query("SELECT ref, size_bytes, build_seconds FROM images")).rows).toEqual([
		{ ref: "builtin:base@1", size_bytes: "5000000000", build_seconds: 61.5 },
	]);
});
