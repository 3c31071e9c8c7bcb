import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { newId } from "../domain/ids.ts";
import type { GithubProfile } from "./github-profile.ts";
import { admitGithubUser } from "./github-sign-in.ts";

let database: TestDatabase;
const workspaceId = newId("workspace");
const ownerId = newId("user");

const profile = (login: string, id = `id-${login}`): GithubProfile => ({
	id,
	login,
	name: null,
	email: `${login}@example.com`,
	avatarUrl: null,
});
const noOrgs = () => Promise.reject(new Error("nobody should ask"));
const admit = (who: GithubProfile, o: { allowedOrgs?: string[]; orgs?: string[] } = {}) =>
	admitGithubUser(database.db, {
		profile: who,
		allowedOrgs: o.allowedOrgs ?? [],
		readOrgs: o.orgs ? () => Promise.resolve(o.orgs ?? []) : noOrgs,
	});
const invite = (githubLogin: string, role = "member") =>
	database.db.prisma.invitation.create({
		data: { id: newId("invitation"), workspaceId, githubLogin, role, invitedBy: "owner" },
	});
const userOf = (who: GithubProfile) =>
	database.db.prisma.user.findUnique({ where: { githubId: who.id }, include: { members: true } });

beforeAll(async () => {
	database = await createTestDatabase();
});
afterAll(() => database.close());

beforeEach(async () => {
	const { prisma } = database.db;
	await prisma.invitation.deleteMany();
	await prisma.user.deleteMany();
	await prisma.workspace.deleteMany();
	await prisma.workspace.create({ data: { id: workspaceId, name: "Test" } });
	await prisma.user.create({
		data: { id: ownerId, login: "owner", members: { create: { workspaceId, role: "owner" } } },
	});
});

describe("sign-up is closed", () => {
	test("a stranger is refused and leaves no account", async () => {
		expect(await admit(profile("stranger"))).toEqual({ kind: "refused", reason: "not_invited" });
		expect(await userOf(profile("stranger"))).toBeNull();
	});

	test("an invited login joins once, with the invited role, and comes back without an invitation", async () => {
		await invite("ada", "admin");
		const first = await admit(profile("ada"));
		expect(first.kind).toBe("admitted");
		expect((await userOf(profile("ada")))?.members).toMatchObject([{ workspaceId, role: "admin" }]);
		expect(await admit(profile("ada"))).toEqual(first);
		expect(await admit(profile("ada", "another-account"))).toEqual({ kind: "refused", reason: "not_invited" });
	});

	test("of two sign-ins with one invitation one person comes in", async () => {
		await invite("grace");
		const results = await Promise.allSettled([admit(profile("grace", "1")), admit(profile("grace", "2"))]);
		const admitted = results.filter((result) => result.status === "fulfilled" && result.value.kind === "admitted");
		expect(admitted).toHaveLength(1);
	});

	test("a member of an allowed organisation joins, whatever the case of its name; others and failed checks do not", async () => {
		expect((await admit(profile("linus"), { allowedOrgs: ["Acme"], orgs: ["acme"] })).kind).toBe("admitted");
		expect(await admit(profile("other"), { allowedOrgs: ["acme"], orgs: ["evil"] })).toEqual({
			kind: "refused",
			reason: "not_invited",
		});
		expect(await admit(profile("third"), { allowedOrgs: ["acme"] })).toEqual({
			kind: "refused",
			reason: "org_check_failed",
		});
	});

	test("a removed member does not come back by their organisation, only by an invitation", async () => {
		const organisation = { allowedOrgs: ["acme"], orgs: ["acme"] };
		const first = await admit(profile("removed"), organisation);
		if (first.kind !== "admitted") throw new Error("the first sign-in was refused");
		await database.db.prisma.member.deleteMany({ where: { userId: first.userId } });
		expect(await admit(profile("removed"), organisation)).toEqual({ kind: "refused", reason: "not_invited" });
		await invite("removed");
		expect(await admit(profile("removed"), organisation)).toEqual(first);
	});

	test("a disabled account stays out", async () => {
		await invite("ada");
		await admit(profile("ada"));
		await database.db.prisma.user.update({ where: { githubId: "id-ada" }, data: { disabledAt: new Date() } });
		expect(await admit(profile("ada"))).toEqual({ kind: "refused", reason: "disabled" });
	});
});

describe("nobody takes over an account by its login", () => {
	test("a GitHub account named as the owner is another person, even in an allowed organisation", async () => {
		const result = await admit(profile("owner"), { allowedOrgs: ["acme"], orgs: ["acme"] });
		expect(result).toMatchObject({ kind: "admitted" });
		expect(result).not.toEqual({ kind: "admitted", userId: ownerId });
		expect((await userOf(profile("owner")))?.members).toMatchObject([{ role: "member" }]);
	});

	test("an invitation of the owner's login lets a stranger in who registered it, and never into the owner's account", async () => {
		await invite("owner");
		expect((await admit(profile("owner"))).kind).toBe("admitted");
		expect(await userOf(profile("owner"))).toMatchObject({
			login: "owner-id-owner",
			members: [{ workspaceId, role: "member" }],
		});
		expect(await database.db.prisma.user.findUniqueOrThrow({ where: { id: ownerId } })).toMatchObject({
			login: "owner",
			githubId: null,
			email: null,
		});
	});

	test("an invitation into one workspace takes nobody's account of another", async () => {
		const { prisma } = database.db;
		const other = newId("workspace");
		await prisma.workspace.create({ data: { id: other, name: "Other" } });
		await prisma.invitation.create({
			data: { id: newId("invitation"), workspaceId: other, githubLogin: "owner", role: "admin", invitedBy: "mallory" },
		});
		expect(await admit(profile("owner"))).not.toEqual({ kind: "admitted", userId: ownerId });
		expect((await userOf(profile("owner")))?.members).toMatchObject([{ workspaceId: other, role: "admin" }]);
	});

	test("a login that was marked already is no reason to keep somebody out", async () => {
		await database.db.prisma.user.create({ data: { id: newId("user"), login: "owner-7" } });
		await invite("owner");
		expect((await admit(profile("owner", "7"))).kind).toBe("admitted");
		expect((await userOf(profile("owner", "7")))?.login).toMatch(/^owner-7-[0-9a-f]{8}$/);
	});

	test("a login that changed hands on GitHub gives its new holder the name only", async () => {
		await invite("ada");
		const before = await admit(profile("ada", "old"));
		await database.db.prisma.invitation.deleteMany({ where: { githubLogin: "ada" } });
		await invite("ada");
		const after = await admit(profile("ada", "new"));
		expect(after.kind).toBe("admitted");
		expect(after).not.toEqual(before);
		expect((await userOf(profile("ada", "old")))?.login).not.toBe("ada");
	});
});
