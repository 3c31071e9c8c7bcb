/** An invitation link lets in whom it says, as often as it says, while its maker may, and nobody else. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { hashToken, newInvitationSecret } from "../db/token-hash.ts";
import { newId } from "../domain/ids.ts";
import { admitGithubUser } from "./github-sign-in.ts";
import { lookAtInvitationLink, openLinkGuard } from "./invitation-links.ts";

let database: TestDatabase;
let workspaceId: string;
let ownerId: string;
let adminId: string;

const dayMs = 24 * 60 * 60 * 1000;

beforeAll(async () => {
	database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
	const { prisma } = database.db;
	await prisma.user.deleteMany();
	await prisma.workspace.deleteMany();
	[workspaceId, ownerId, adminId] = [newId("workspace"), newId("user"), newId("user")];
	await prisma.workspace.create({ data: { id: workspaceId, name: "Engines" } });
	for (const [id, login, role] of [
		[ownerId, "owner", "owner"],
		[adminId, "admin", "admin"],
	] as const)
		await prisma.user.create({ data: { id, login, members: { create: { workspaceId, role } } } });
});

type LinkFields = { role?: string; usesMax?: number; expiresAt?: Date; inviterId?: string; endReason?: string };

async function addLink(o: LinkFields = {}): Promise<{ id: string; secret: string }> {
	const id = newId("invitationLink");
	const secret = newInvitationSecret();
	const data = { role: "member", usesMax: 1, expiresAt: new Date(Date.now() + dayMs), inviterId: adminId, ...o };
	await database.db.prisma.invitationLink.create({ data: { id, workspaceId, tokenHash: hashToken(secret), ...data } });
	return { id, secret };
}

const come = (login: string, linkSecret: string | null, o: { id?: string; orgs?: string[] } = {}) =>
	admitGithubUser(database.db, {
		profile: { id: o.id ?? `id-${login}`, login, name: null, email: null, avatarUrl: null },
		allowedOrgs: o.orgs ?? [],
		readOrgs: async () => o.orgs ?? [],
		linkSecret,
		address: "192.0.2.7",
	});

const roleOf = async (login: string) =>
	(await database.db.prisma.member.findFirst({ where: { workspaceId, user: { login } } }))?.role;
const usesOf = async (id: string) =>
	(await database.db.prisma.invitationLink.findUniqueOrThrow({ where: { id } })).useCount;
const eventsOf = (id: string) =>
	database.db.prisma.auditEvent.findMany({ where: { targetId: id }, orderBy: { seq: "asc" } });

describe("whoever holds an open link", () => {
	test("joins with its role, which is told with who they are, and is in from then on without it", async () => {
		const { id, secret } = await addLink({ role: "admin" });
		expect(await lookAtInvitationLink(database.db, { secret, viewer: null })).toMatchObject({
			kind: "open",
			workspace: "Engines",
			role: "admin",
			invitedBy: "admin",
			viewer: null,
		});
		const joined = await come("grace", secret);
		expect(joined.kind).toBe("admitted");
		expect(await roleOf("grace")).toBe("admin");
		expect(await come("grace", null)).toEqual(joined);
		const { uses } = await database.db.prisma.invitationLink.findUniqueOrThrow({
			where: { id },
			include: { uses: true },
		});
		expect(uses.map(({ userId }) => userId)).toEqual([joined.kind === "admitted" ? joined.userId : null]);
		expect(await eventsOf(id)).toMatchObject([
			{ action: "invitation_link.use", outcome: "success", login: "grace", workspaceId, address: "192.0.2.7" },
		]);
	});

	test("is one of as many as it says, however many come at once", async () => {
		const { id, secret } = await addLink({ usesMax: 2 });
		const logins = ["a1", "a2", "a3", "a4", "a5", "a6"];
		const answers = await Promise.all(logins.map((login) => come(login, secret)));
		expect(answers.filter(({ kind }) => kind === "admitted")).toHaveLength(2);
		for (const answer of answers)
			if (answer.kind === "refused") expect(answer).toMatchObject({ reason: "link_used_up", link: { id } });
		expect(await usesOf(id)).toBe(2);
		expect(await database.db.prisma.member.count({ where: { workspaceId } })).toBe(4);
		expect(await come("late", secret)).toMatchObject({ kind: "refused", reason: "link_used_up" });
		expect(await database.db.prisma.user.count({ where: { login: "late" } })).toBe(0);
	});

	test("and is a member already uses nothing, and keeps their role, be it higher or lower", async () => {
		const asMember = await addLink({ role: "member" });
		const asOwner = await addLink({ role: "owner", inviterId: ownerId });
		await come("ada", (await addLink({ role: "admin" })).secret);
		expect((await come("ada", asMember.secret)).kind).toBe("admitted");
		expect((await come("ada", asOwner.secret)).kind).toBe("admitted");
		expect(await roleOf("ada")).toBe("admin");
		expect([await usesOf(asMember.id), await usesOf(asOwner.id)]).toEqual([0, 0]);
	});

	test("and is disabled, or was removed, stays out", async () => {
		const { id, secret } = await addLink({ usesMax: 5 });
		await come("ada", secret);
		const { prisma } = database.db;
		await prisma.user.update({ where: { githubId: "id-ada" }, data: { disabledAt: new Date() } });
		expect(await come("ada", secret)).toEqual({ kind: "refused", reason: "disabled" });
		await prisma.user.update({ where: { githubId: "id-ada" }, data: { disabledAt: null } });
		await prisma.member.deleteMany({ where: { user: { githubId: "id-ada" } } });
		expect(await come("ada", secret)).toMatchObject({ kind: "refused", reason: "link_removed" });
		expect(await roleOf("ada")).toBeUndefined();
		expect(await usesOf(id)).toBe(1);
		await prisma.invitation.create({
			data: { id: newId("invitation"), workspaceId, githubLogin: "ada", role: "member", invitedBy: "owner" },
		});
		expect((await come("ada", secret)).kind).toBe("admitted");
		expect(await usesOf(id)).toBe(1);
	});

	test("does not become somebody whose login they have taken at GitHub", async () => {
		const { secret } = await addLink();
		const joined = await come("owner", secret);
		expect(joined.kind === "admitted" && joined.userId !== ownerId).toBe(true);
		expect(await roleOf("owner")).toBe("owner");
	});
});

describe("beside an invitation of the login", () => {
	const invite = (role: string) =>
		database.db.prisma.invitation.create({
			data: { id: newId("invitation"), workspaceId, githubLogin: "ada", role, invitedBy: "owner" },
		});
	const openInvitations = () => database.db.prisma.invitation.count({ where: { acceptedAt: null } });

	test("the higher role counts: the invitation's leaves the link its use", async () => {
		const { id, secret } = await addLink({ role: "member" });
		await invite("admin");
		await come("ada", secret);
		expect([await roleOf("ada"), await usesOf(id), await openInvitations()]).toEqual(["admin", 0, 0]);
	});

	test("the link's spends both", async () => {
		const { id, secret } = await addLink({ role: "admin" });
		await invite("member");
		await come("ada", secret);
		expect([await roleOf("ada"), await usesOf(id), await openInvitations()]).toEqual(["admin", 1, 0]);
	});
});

describe("a link that is not open", () => {
	test.each([
		["expired", { expiresAt: new Date(Date.now() - 1) }],
		["revoked", { endReason: "revoked" }],
	] as const)("(%s) lets nobody in, and tells whoever holds it no more than that", async (status, fields) => {
		const { id, secret } = await addLink(fields);
		expect(await lookAtInvitationLink(database.db, { secret, viewer: null })).toEqual({ kind: "ended", status });
		expect(await come("ada", secret)).toMatchObject({ kind: "refused", reason: `link_${status}`, link: { id } });
		expect(await database.db.prisma.user.count({ where: { login: "ada" } })).toBe(0);
		// Who may come in anyway does.
		expect((await come("ada", secret, { orgs: ["acme"] })).kind).toBe("admitted");
	});

	test("is a guess like any other when nobody made it, or when one character is wrong", async () => {
		const { secret } = await addLink();
		const wrong = `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}`;
		for (const guess of [wrong, newInvitationSecret(), "", "x", secret.toUpperCase(), `${secret} `, "\0".repeat(54)]) {
			expect(await lookAtInvitationLink(database.db, { secret: guess, viewer: null })).toEqual({ kind: "unknown" });
			expect((await come("ada", guess)).kind).toBe("refused");
		}
		expect(await database.db.prisma.user.count({ where: { login: "ada" } })).toBe(0);
	});
});

describe("a link ends with its maker's right to it", () => {
	const ofAdmin = () => ({ workspaceId_userId: { workspaceId, userId: adminId } });
	const ends: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
		[
			"removed",
			() => database.db.prisma.member.delete({ where: ofAdmin() }),
			() => database.db.prisma.member.create({ data: { workspaceId, userId: adminId, role: "admin" } }),
		],
		[
			"given a lower role",
			() => database.db.prisma.member.update({ where: ofAdmin(), data: { role: "member" } }),
			() => database.db.prisma.member.update({ where: ofAdmin(), data: { role: "admin" } }),
		],
		[
			"disabled",
			() => database.db.prisma.user.update({ where: { id: adminId }, data: { disabledAt: new Date() } }),
			() => database.db.prisma.user.update({ where: { id: adminId }, data: { disabledAt: null } }),
		],
	];
	test.each(ends)("who is %s, and does not come back with it", async (_, end, restore) => {
		const { secret } = await addLink();
		const other = await addLink({ inviterId: ownerId });
		await end();
		await restore();
		expect(await lookAtInvitationLink(database.db, { secret, viewer: null })).toEqual({
			kind: "ended",
			status: "inviter",
		});
		expect(await come("ada", secret)).toMatchObject({ kind: "refused", reason: "link_inviter" });
		expect((await come("grace", other.secret)).kind).toBe("admitted");
	});

	test("who is made an owner keeps it", async () => {
		const { secret } = await addLink();
		await database.db.prisma.member.update({ where: ofAdmin(), data: { role: "owner" } });
		expect((await come("ada", secret)).kind).toBe("admitted");
	});
});

test("an address that tries links that nobody made waits, and no other does", async () => {
	const guard = openLinkGuard();
	expect(await guard.waitSeconds("192.0.2.1")).toBe(0);
	for (let tries = 0; tries < 25; tries++) await guard.countUnknown("192.0.2.1");
	expect(await guard.waitSeconds("192.0.2.1")).toBeGreaterThan(0);
	expect(await guard.waitSeconds("192.0.2.2")).toBe(0);
});
