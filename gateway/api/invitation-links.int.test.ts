/** Invitation links by the API: made, listed and ended by those who may, for no more than they may. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { admitGithubUser } from "../../lib/auth/github-sign-in.ts";
import { createdInvitationLinkResponse, invitationLinkResponse } from "../../lib/contract/invitation-links.ts";
import { pruneRows } from "../../lib/db/sampled-metrics.ts";
import { hashToken } from "../../lib/db/token-hash.ts";
import { eventually } from "../testing/eventually.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let owner: TestPerson;
let admin: TestPerson;
let stranger: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	owner = await gate.addPerson({ role: "owner" });
	admin = await gate.addPerson({ role: "admin", workspaceId: owner.workspaceId });
	stranger = await gate.addPerson({ role: "owner" });
});
afterAll(() => gate.close());

const send = (body: unknown, as = admin) => gate.request("/api/v1/invitation-links", { as, method: "POST", body });

async function make(body: unknown = {}, as = admin) {
	const answer = await send(body, as);
	expect(answer.status).toBe(201);
	return createdInvitationLinkResponse.parse(await answer.json());
}

async function list(as = admin) {
	const answer = await gate.request("/api/v1/invitation-links", { as });
	const { data } = (await answer.json()) as { data: unknown };
	return invitationLinkResponse.array().parse(data);
}

const revoke = (id: string, as = admin) => gate.request(`/api/v1/invitation-links/${id}`, { as, method: "DELETE" });

const secretOf = ({ url }: { url: string }) => new URL(url).hash.slice(1);

async function join(login: string, secret: string): Promise<string> {
	const profile = { id: `id-${login}`, login, name: null, email: null, avatarUrl: null };
	const admission = await admitGithubUser(gate.db, {
		profile,
		allowedOrgs: [],
		readOrgs: async () => [],
		linkSecret: secret,
	});
	return admission.kind === "admitted" ? admission.userId : admission.reason;
}

test("a link says its worth, is shown once, and only its hash is kept", async () => {
	const made = await make();
	expect(made).toMatchObject({ role: "member", status: "open", uses_max: 1, uses_left: 1, used_by: [] });
	const days = (Date.parse(made.expires_at) - Date.parse(made.created_at)) / 86_400_000;
	expect(Math.round(days)).toBe(7);
	expect(made.url).toMatch(/^http:\/\/devbox\.test\/join#devbox_inv_[A-Za-z0-9_-]{43}$/);
	const everything = JSON.stringify([
		await list(),
		await gate.db.prisma.invitationLink.findMany(),
		await gate.db.prisma.auditEvent.findMany().then((events) => events.map(({ seq: _, ...event }) => event)),
	]);
	expect(everything).not.toContain(secretOf(made));
	expect(everything).toContain(hashToken(secretOf(made)));
});

test("the list names who joined, and counts what is left", async () => {
	const made = await make({ uses_max: 3 });
	const userId = await join("hopper", secretOf(made));
	const listed = (await list()).find(({ id }) => id === made.id);
	expect(listed).toMatchObject({
		status: "open",
		uses_left: 2,
		invited_by: { id: admin.userId },
		used_by: [{ user: { id: userId, login: "hopper" } }],
	});
});

test("an admin makes no owners by a link, and a member makes none at all", async () => {
	const refused = await send({ role: "owner" });
	expect(refused.status).toBe(403);
	expect(((await refused.json()) as { detail: string }).detail).toContain("Only an owner");
	expect((await make({ role: "admin" })).role).toBe("admin");
	expect((await make({ role: "owner" }, owner)).role).toBe("owner");
	const member = await gate.addPerson({ role: "member", workspaceId: owner.workspaceId });
	expect((await send({}, member)).status).toBe(403);
});

test("an admin who was made a member a moment ago makes none, whatever the gateway remembers of the session", async () => {
	const former = await gate.addPerson({ role: "admin", workspaceId: owner.workspaceId });
	const made = await make({}, former);
	await gate.db.prisma.member.update({
		where: { workspaceId_userId: { workspaceId: owner.workspaceId, userId: former.userId } },
		data: { role: "member" },
	});
	expect((await send({}, former)).status).toBe(403);
	expect((await list()).find(({ id }) => id === made.id)?.status).toBe("inviter");
});

test.each([
	{ expires_in_days: 0 },
	{ expires_in_days: 31 },
	{ expires_in_days: 1.5 },
	{ uses_max: 0 },
	{ uses_max: 101 },
	{ uses_max: "many" },
	{ role: "god" },
])("%j is refused at its field", async (body) => {
	const answer = await send(body);
	expect(answer.status).toBe(422);
	const { detail } = (await answer.json()) as { detail: { loc: string[]; msg: string }[] };
	expect(detail[0]?.loc).toEqual(["body", Object.keys(body)[0]]);
});

test("a revoked link lets nobody in, is told as such, and is revoked once", async () => {
	const made = await make({ uses_max: 2 });
	await join("early", secretOf(made));
	expect((await revoke(made.id)).status).toBe(204);
	expect(await join("late", secretOf(made))).toBe("link_revoked");
	expect((await revoke(made.id)).status).toBe(404);
	expect((await list()).find(({ id }) => id === made.id)).toMatchObject({ status: "revoked", uses_left: 1 });
	expect(await gate.db.prisma.member.count({ where: { user: { login: "early" } } })).toBe(1);
});

test("another workspace sees, uses up and revokes none of them", async () => {
	const made = await make();
	expect(await list(stranger)).toEqual([]);
	expect((await revoke(made.id, stranger)).status).toBe(404);
	expect((await list()).find(({ id }) => id === made.id)?.status).toBe("open");
});

test("making and revoking is in the audit log, refusals as well", async () => {
	const made = await make({ role: "admin", uses_max: 4, expires_in_days: 3 });
	await revoke(made.id);
	await send({ role: "owner" });
	const events = () =>
		gate.db.prisma.auditEvent.findMany({
			where: { action: { startsWith: "invitation_link" } },
			orderBy: { seq: "desc" },
		});
	await eventually("the refusal", async () => (await events()).some(({ outcome }) => outcome === "refused"));
	expect((await events()).filter(({ targetId }) => targetId === made.id)).toMatchObject([
		{ action: "invitation_link.revoke", outcome: "success", userId: admin.userId },
		{
			action: "invitation_link.create",
			outcome: "success",
			detail: { role: "admin", uses_max: 4, expires_in_days: 3 },
		},
	]);
});

test("there are as many open links as fit a list, and no more", async () => {
	const person = await gate.addPerson();
	const data = Array.from({ length: 100 }, (_, at) => ({
		id: `invl_${person.userId}${at}`,
		workspaceId: person.workspaceId,
		tokenHash: `${person.userId}${at}`,
		role: "member",
		usesMax: 1,
		inviterId: person.userId,
		expiresAt: new Date(Date.now() + 60_000),
	}));
	await gate.db.prisma.invitationLink.createMany({ data });
	const answer = await send({}, person);
	expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
		409,
		expect.stringContaining("Revoke some"),
	]);
	await gate.db.prisma.invitationLink.update({ where: { id: data[0]?.id ?? "" }, data: { expiresAt: new Date(0) } });
	await make({}, person);
	// Ended long ago: nobody needs to see it any more.
	await pruneRows(gate.db.pool);
	expect(await gate.db.prisma.invitationLink.count({ where: { id: data[0]?.id } })).toBe(0);
});
