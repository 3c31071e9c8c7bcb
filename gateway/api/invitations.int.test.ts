import { afterAll, beforeAll, expect, test } from "vitest";
import { admitGithubUser } from "../../lib/auth/github-sign-in.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let owner: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	owner = await gate.addPerson({ role: "owner" });
});
afterAll(() => gate.close());

async function invite(login: string): Promise<{ status: number; detail: string | undefined }> {
	const answer = await gate.request("/api/v1/invitations", {
		as: owner,
		method: "POST",
		body: { github_login: login },
	});
	const { detail } = (await answer.json()) as { detail?: string };
	return { status: answer.status, detail };
}

async function signIn(login: string, githubId = `id-${login}`): Promise<string> {
	const profile = { id: githubId, login, name: null, email: null, avatarUrl: null };
	const admission = await admitGithubUser(gate.db, { profile, allowedOrgs: [], readOrgs: async () => [] });
	return admission.kind === "admitted" ? admission.userId : admission.reason;
}

test("a login is invited once, in any case of letters", async () => {
	expect((await invite("Ada")).status).toBe(201);
	expect(await invite("ada")).toEqual({ status: 409, detail: "ada has been invited already." });
});

test("who is a member, or was shut out, is not invited: the answer says which", async () => {
	await invite("grace");
	await signIn("grace");
	expect(await invite("Grace")).toEqual({ status: 409, detail: "Grace is a member already." });
	await gate.db.prisma.user.update({ where: { login: "grace" }, data: { disabledAt: new Date() } });
	expect((await invite("grace")).detail).toContain("Enable it again under Settings, Members");
});

test("who signs in by link is not invited: they connect their own account", async () => {
	await gate.db.prisma.user.update({ where: { id: owner.userId }, data: { login: "hopper" } });
	const { status, detail } = await invite("Hopper");
	expect([status, detail]).toEqual([409, expect.stringContaining("connect their account under Settings, GitHub")]);
});

test("a login whose member has left, or that changed hands, can be invited again", async () => {
	await invite("linus");
	const first = await signIn("linus");
	await gate.db.prisma.member.deleteMany({ where: { userId: first } });
	expect(await signIn("linus")).toBe("not_invited");
	expect((await invite("linus")).status).toBe(201);
	expect(await signIn("linus")).toBe(first);

	await gate.db.prisma.user.update({ where: { id: first }, data: { login: "linus-before" } });
	expect((await invite("linus")).status).toBe(201);
	const second = await signIn("linus", "another-account");
	expect(second).toMatch(/^usr_/);
	expect(second).not.toBe(first);
});
