import { afterAll, beforeAll, expect, test } from "vitest";
import { createdApiTokenResponse } from "../../lib/contract/tokens.ts";
import { readEvents } from "../testing/event-reader.ts";
import { eventually } from "../testing/eventually.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let ann: TestPerson;
let bob: TestPerson;
let stranger: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	ann = await gate.addPerson();
	bob = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
	stranger = await gate.addPerson();
});

afterAll(() => gate.close());

async function whoIs(headers: Record<string, string>, o: { as?: TestPerson } = {}): Promise<string | number> {
	const response = await gate.request("/api/v1/users/me", { ...o, headers });
	const body = (await response.json()) as { user?: { id: string } };
	return body.user?.id ?? response.status;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const provider = (token: string) => ({ "x-provider-token": token });

test("a provider token alone acts for its maker, beside a user's token for that user", async () => {
	const service = await gate.addToken(ann, { kind: "provider" });
	const ofBob = await gate.addToken(bob);
	expect(await whoIs(provider(service.token))).toBe(ann.userId);
	expect(await whoIs({ ...provider(service.token), ...bearer(ofBob.token) })).toBe(bob.userId);
	expect(await whoIs(bearer(ofBob.token))).toBe(bob.userId);
});

test("two tokens together may no more than each of them, and no more than the user", async () => {
	const service = await gate.addToken(ann, { kind: "provider", scopes: ["devbox:read", "admin"] });
	const ofBob = await gate.addToken(bob);
	const headers = { ...provider(service.token), ...bearer(ofBob.token) };
	expect((await gate.request("/api/v1/devboxes", { headers })).status).toBe(200);
	expect((await gate.request("/api/v1/devboxes", { headers, body: { name: "no" } })).status).toBe(403);
	expect((await gate.request("/api/v1/members", { headers })).status).toBe(403);
});

test("tokens of the wrong kind, of another workspace, or that nobody has, are refused whatever comes with them", async () => {
	const service = await gate.addToken(ann, { kind: "provider" });
	const ofAnn = await gate.addToken(ann);
	const foreign = await gate.addToken(stranger);
	for (const headers of [
		provider(ofAnn.token),
		bearer(service.token),
		{ ...provider(service.token), ...bearer(foreign.token) },
		{ ...provider(service.token), ...bearer("") },
		{ ...provider(""), ...bearer(ofAnn.token) },
		{ authorization: `Basic ${ofAnn.token}` },
		bearer(`${ofAnn.token}x`),
	])
		expect(await whoIs(headers)).toBe(401);
	// A token that does not hold is not made good by the browser's cookie.
	expect(await whoIs(bearer("devbox_pat_nobody"), { as: ann })).toBe(401);
});

test("a token of somebody who was disabled, or is no member any more, is worth nothing", async () => {
	const leaver = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
	const token = await gate.addToken(leaver);
	expect(await whoIs(bearer(token.token))).toBe(leaver.userId);
	await gate.db.prisma.user.update({ where: { id: leaver.userId }, data: { disabledAt: new Date() } });
	await expect.poll(() => whoIs(bearer(token.token)), { timeout: 2_000 }).toBe(401);
	const removed = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
	const kept = await gate.addToken(removed);
	await gate.db.prisma.member.deleteMany({ where: { userId: removed.userId } });
	expect(await whoIs(bearer(kept.token))).toBe(401);
});

test("a token is shown once, kept as a hash, and its open streams end when it is revoked", async () => {
	const made = await gate.request("/api/v1/tokens", { as: bob, body: { name: "laptop" } });
	expect(made.status).toBe(201);
	const { id, token, hint } = createdApiTokenResponse.parse(await made.json());
	expect(token.endsWith(hint)).toBe(true);
	const listed = await gate.request("/api/v1/tokens", { as: bob });
	expect(await listed.text()).not.toContain(token);
	const row = await gate.db.prisma.apiToken.findUniqueOrThrow({ where: { id } });
	expect(JSON.stringify(row)).not.toContain(token.slice("devbox_pat_".length));

	const reader = await readEvents(gate, { token });
	await eventually("the stream", () => reader.events[0]?.event === "resync");
	expect((await gate.request(`/api/v1/tokens/${id}`, { as: bob, method: "DELETE" })).status).toBe(204);
	expect(await reader.ended).toBe("your session has ended");
	expect(await whoIs(bearer(token))).toBe(401);
});

test("a token makes no tokens, and revokes none but itself", async () => {
	const first = await gate.addToken(ann);
	const second = await gate.addToken(ann);
	const headers = bearer(first.token);
	expect((await gate.request("/api/v1/tokens", { headers, body: { name: "heir" } })).status).toBe(403);
	expect((await gate.request(`/api/v1/tokens/${second.id}`, { headers, method: "DELETE" })).status).toBe(404);
	expect((await gate.request(`/api/v1/tokens/${first.id}`, { headers, method: "DELETE" })).status).toBe(204);
});

test("a member gives away no scope that he does not have, and makes no provider token", async () => {
	const admin = await gate.request("/api/v1/tokens", { as: bob, body: { name: "a", scopes: ["admin"] } });
	expect(admin.status).toBe(422);
	expect(JSON.stringify(await admin.json())).toContain(`"scopes"`);
	const service = await gate.request("/api/v1/tokens", { as: bob, body: { name: "a", kind: "provider" } });
	expect(service.status).toBe(403);
	const ofAdmin = await gate.request("/api/v1/tokens", { as: ann, body: { name: "a", kind: "provider" } });
	expect(ofAdmin.status).toBe(201);
});

test("a request with a token needs no page's origin, one with a cookie does", async () => {
	const { token } = await gate.addToken(ann);
	const body = { name: "by-token" };
	const strange = { origin: "https://elsewhere.example" };
	expect((await gate.request("/api/v1/devboxes", { as: ann, headers: strange, body })).status).toBe(403);
	expect((await gate.request("/api/v1/devboxes", { headers: { ...strange, ...bearer(token) }, body })).status).toBe(
		202,
	);
});
