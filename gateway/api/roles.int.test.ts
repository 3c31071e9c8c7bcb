/** Walks the contract by role, and by what an actor may do with another's devbox: new operations are walked as they come. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiOperationId, apiBasePath, apiOperations } from "../../lib/contract/api.ts";
import { devboxResponse, operationResponse } from "../../lib/contract/devboxes.ts";
import type { ApiOperation } from "../../lib/contract/operation.ts";
import { type Role, roles } from "../../lib/domain/actor.ts";
import { newId } from "../../lib/domain/ids.ts";
import { operationPermission, roleMay } from "../../lib/domain/permissions.ts";
import { readEvents } from "../testing/event-reader.ts";
import { eventually } from "../testing/eventually.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

const operations = Object.entries<ApiOperation>(apiOperations) as [ApiOperationId, ApiOperation][];

let gate: TestGateway;
let people: Record<Role, TestPerson>;
let peer: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	const owner = await gate.addPerson();
	const { workspaceId } = owner;
	const admin = await gate.addPerson({ role: "admin", workspaceId });
	const member = await gate.addPerson({ role: "member", workspaceId });
	people = { owner, admin, member };
	peer = await gate.addPerson({ role: "member", workspaceId });
});

afterAll(() => gate.close());

function call(operation: ApiOperation, o: { as: TestPerson; id?: string; body?: unknown }): Promise<Response> {
	const params: Record<string, string> = { id: o.id ?? "none", stream: "stdout" };
	const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "none");
	const body = o.body ?? (operation.body ? {} : undefined);
	return gate.request(`${apiBasePath}${path}?path=walked`, { as: o.as, method: operation.method, body });
}

async function codeOf(response: Response): Promise<{ status: number; code: string | undefined }> {
	if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
		await response.body?.cancel();
		return { status: response.status, code: undefined };
	}
	const text = await response.text();
	const { code } = response.ok ? {} : (JSON.parse(text) as { code?: string });
	return { status: response.status, code };
}

describe.each(operations)("%s", (_id, operation) => {
	test.each(roles)("is open to %s exactly when the table of permissions says so", async (role) => {
		const { code } = await codeOf(await call(operation, { as: people[role] }));
		expect(code === "forbidden").toBe(!roleMay(role, operationPermission(operation)));
	});
});

/** What whoever sees a devbox of another may ask about it. */
const seen = new Set<ApiOperationId>(["getDevbox", "listOperations"]);
/** What an admin may do with anybody's. */
const ended = new Set<ApiOperationId>(["stopDevbox", "deleteDevbox"]);

/** Bodies that are valid, so that nothing but the owner is in the way. */
const bodies: Partial<Record<ApiOperationId, unknown>> = {
	updateDevbox: { access_mode: "private" },
	changeDevboxNetwork: { mode: "open" },
	changeDevboxTailscale: { enabled: false },
	createNetworkRequest: { name: "walked.example.com" },
	createExec: { argv: ["true"] },
	runExec: { argv: ["true"] },
	signalExec: { signal: "INT" },
	resizeExec: { cols: 80, rows: 24 },
	createPreviewLink: { port: 3000 },
	makeDirectory: { path: "walked" },
	moveFile: { from: "walked", to: "ran" },
};

const ofOneBox = operations.filter(([, { path }]) => path.startsWith("/devboxes/{id}"));

describe.each(ofOneBox)("%s of a peer's devbox", (id, operation) => {
	const ask = async (as: TestPerson, accessMode: string) => {
		const box = await gate.addDevbox(peer);
		await gate.db.prisma.devbox.update({ where: { id: box }, data: { accessMode } });
		return codeOf(await call(operation, { as, id: box, body: bodies[id] }));
	};

	test("that is visible to the workspace is seen, and never entered", async () => {
		for (const role of roles) {
			const { status, code } = await ask(people[role], "workspace");
			if (seen.has(id)) expect(status).toBe(200);
			else if (ended.has(id) && role !== "member") expect([202, 204]).toContain(status);
			else expect({ status, code }).toEqual({ status: 403, code: "forbidden" });
		}
	});

	test("that is private does not exist, and an admin can end it all the same", async () => {
		for (const role of roles) {
			const { status, code } = await ask(people[role], "private");
			if (ended.has(id) && role !== "member") expect([202, 204]).toContain(status);
			else expect({ status, code }).toEqual({ status: 404, code: "not_found" });
		}
	});
});

describe("a devbox that is visible to the workspace", () => {
	const shared = async () => {
		const id = await gate.addDevbox(peer);
		const data = { accessMode: "workspace", reason: "secret words", address: "10.0.0.9" };
		await gate.db.prisma.devbox.update({ where: { id }, data });
		const runId = newId("run");
		await gate.db.prisma.run.create({ data: { id: runId, devboxId: id, pipeline: "create-devbox" } });
		await gate.db.prisma.operation.create({
			data: { id: newId("operation"), runId, devboxId: id, position: 0, step: "provision", message: "secret words" },
		});
		return id;
	};

	test("shows a peer that it lives, and nothing that came out of it", async () => {
		const id = await shared();
		const box = await gate.request(`/api/v1/devboxes/${id}`, { as: people.member });
		const text = await box.text();
		expect(text).not.toContain("secret words");
		expect(devboxResponse.parse(JSON.parse(text))).toMatchObject({
			state: "ready",
			owner: { id: peer.userId },
			access_url: null,
			preview_url: null,
			address: null,
			actions: [],
		});
		const steps = await (await gate.request(`/api/v1/devboxes/${id}/operations`, { as: people.member })).json();
		expect(operationResponse.array().parse((steps as { data: unknown }).data)).toMatchObject([
			{ step: "provision", status: "pending", message: "" },
		]);
		const admins = await gate.request(`/api/v1/devboxes/${id}`, { as: people.admin });
		expect(await admins.json()).toMatchObject({ actions: ["stop", "destroy"] });
		const own = await gate.request(`/api/v1/devboxes/${id}`, { as: peer });
		expect(await own.json()).toMatchObject({ reason: "secret words", actions: ["open_terminal", "stop", "destroy"] });
	});

	test("is in every member's list, unless the list is of their own, and in nobody's of another workspace", async () => {
		const id = await shared();
		const stranger = await gate.addPerson();
		const listed = async (as: TestPerson, query = "") => {
			const response = await gate.request(`/api/v1/devboxes${query}`, { as });
			return devboxResponse
				.array()
				.parse(await response.json())
				.some((box) => box.id === id);
		};
		expect(await listed(people.member)).toBe(true);
		expect(await listed(people.member, "?owner=others")).toBe(true);
		expect(await listed(people.member, "?owner=me")).toBe(false);
		expect(await listed(peer, "?owner=me")).toBe(true);
		expect(await listed(peer, "?owner=others")).toBe(false);
		expect(await listed(stranger)).toBe(false);
	});

	test("reaches a peer's live view, which is told to read again when the box is private again", async () => {
		const id = await shared();
		const reader = await readEvents(gate, people.member);
		await eventually("the stream", () => reader.events[0]?.event === "resync");
		await gate.db.prisma.devbox.update({ where: { id }, data: { lastUsedAt: new Date() } });
		await eventually("the box", () => reader.events.some(({ event }) => event === "devbox"));
		expect(JSON.stringify(reader.events)).not.toContain("secret words");
		const before = reader.events.length;
		const body = { access_mode: "private" };
		expect((await gate.request(`/api/v1/devboxes/${id}`, { as: peer, method: "PATCH", body })).status).toBe(200);
		await eventually("a resync", () => reader.events.slice(before).some(({ event }) => event === "resync"));
		expect(reader.events.slice(before).some(({ event }) => event === "devbox")).toBe(false);
		reader.close();
	});

	test("a private box never reaches a peer's live view", async () => {
		const id = await gate.addDevbox(peer);
		const reader = await readEvents(gate, people.admin);
		const own = await readEvents(gate, peer);
		await eventually("both streams", () => reader.events.length > 0 && own.events.length > 0);
		await gate.db.prisma.devbox.update({ where: { id }, data: { lastUsedAt: new Date() } });
		await eventually("its owner's view", () => own.events.some(({ event }) => event === "devbox"));
		expect(reader.events.map(({ event }) => event)).toEqual(["resync"]);
		reader.close();
		own.close();
	});
});

test("the admins' list names every devbox with its owner, and says nothing that is in it", async () => {
	const id = await gate.addDevbox(peer);
	await gate.db.prisma.devbox.update({ where: { id }, data: { reason: "secret words" } });
	const response = await gate.request("/api/v1/workspace/devboxes", { as: people.admin });
	const text = await response.text();
	expect(text).not.toContain("secret words");
	const { data } = apiOperations.listWorkspaceDevboxes.response.body.parse(JSON.parse(text));
	expect(data.find((box) => box.id === id)).toMatchObject({
		access_mode: "private",
		owner: { id: peer.userId },
		owner_is_member: true,
		actions: ["stop", "destroy"],
	});
});
