/** Every write of the API leaves its event, and no secret in it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let ann: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	ann = await gate.addPerson();
	bob = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
});

afterAll(() => gate.close());

const eventsOf = (requestId: string | null) => gate.db.prisma.auditEvent.findMany({ where: { requestId } });

test("an answered write stands in the log: who, what, to what, from where, by which request", async () => {
	const response = await gate.request("/api/v1/devboxes", { as: ann, body: { name: "told" } });
	const { id } = (await response.json()) as { id: string };
	expect(await eventsOf(response.headers.get("x-request-id"))).toMatchObject([
		{
			workspaceId: ann.workspaceId,
			actorKind: "session",
			userId: ann.userId,
			login: ann.userId,
			credentialId: ann.sessionId,
			action: "devbox.create",
			targetKind: "devbox",
			targetId: id,
			targetName: "told",
			outcome: "success",
			address: "127.0.0.1",
			detail: { image: "builtin:base", size: "s" },
		},
	]);
});

test("a refusal is told with its code, a stranger's leaves nothing", async () => {
	const refusals = [
		[await gate.request(`/api/v1/devboxes/${"dbx_0000000000000000"}`, { as: ann, method: "DELETE" }), "not_found"],
		[await gate.request("/api/v1/devboxes", { as: ann, body: { name: "" } }), "invalid"],
		[await gate.request("/api/v1/workspace", { as: bob, method: "PATCH", body: { name: "x" } }), "forbidden"],
	] as const;
	for (const [response, code] of refusals) {
		const requestId = response.headers.get("x-request-id");
		await expect.poll(() => eventsOf(requestId)).toMatchObject([{ outcome: "refused", detail: { code } }]);
	}
	const stranger = await gate.request("/api/v1/devboxes", { body: { name: "x" } });
	expect(stranger.status).toBe(401);
	expect(await eventsOf(stranger.headers.get("x-request-id"))).toEqual([]);
});

test("a read leaves no event", async () => {
	const response = await gate.request("/api/v1/devboxes", { as: ann });
	expect(await eventsOf(response.headers.get("x-request-id"))).toEqual([]);
});

test("an event cannot be changed or removed by anybody", async () => {
	await gate.request("/api/v1/devboxes", { as: ann, body: { name: "kept" } });
	await expect(gate.db.prisma.auditEvent.updateMany({ data: { outcome: "failed" } })).rejects.toThrow("append-only");
	await expect(gate.db.prisma.auditEvent.deleteMany()).rejects.toThrow("append-only");
});
