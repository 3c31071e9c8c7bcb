/** The network policy as one of the workspace's defaults: what a create gets, what a lock refuses, and what names it. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { DevboxResponse } from "../../lib/contract/devboxes.ts";
import type { DevboxNetworkResponse } from "../../lib/contract/network.ts";
import type { WorkspaceDefaultsResponse } from "../../lib/contract/workspace-defaults.ts";
import { newId } from "../../lib/domain/ids.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let admin: TestPerson;
let member: TestPerson;
const hostId = newId("host");

beforeAll(async () => {
	gate = await startTestGateway();
	admin = await gate.addPerson({ role: "admin" });
	member = await gate.addPerson({ role: "member", workspaceId: admin.workspaceId });
});
afterAll(() => gate.close());
beforeEach(async () => {
	await gate.db.prisma.workspaceDefaults.deleteMany({});
	await gate.db.prisma.devbox.deleteMany({});
	await gate.db.prisma.networkPolicy.deleteMany({});
	const host = { name: "fenced", engine: "incus", endpoint: "", project: "", profile: "", pool: "", status: "online" };
	const data = { id: hostId, ...host, fenceAddress: "10.9.9.1" };
	await gate.db.prisma.host.upsert({ where: { id: hostId }, create: data, update: data });
});

type Refusal = { code: string; detail: string | { loc: string[]; msg: string }[] };
async function call<T>(path: string, o: { as?: TestPerson; method?: string; body?: object } = {}) {
	const answer = await gate.request(`/api/v1${path}`, { as: admin, ...o });
	const text = await answer.text();
	return { status: answer.status, body: (text ? JSON.parse(text) : {}) as T & Refusal };
}
const change = (network_policy: object, version = 0) =>
	call<WorkspaceDefaultsResponse>("/workspace/defaults", { method: "PATCH", body: { version, network_policy } });
let boxes = 0;
const create = (network_policy?: object) =>
	call<DevboxResponse>("/devboxes", { as: member, body: { name: `net-${++boxes}`, network_policy } });
const networkOf = async (id: string) =>
	(await call<DevboxNetworkResponse>(`/devboxes/${id}/network`, { as: member })).body;
const problemOf = ({ body }: { body: Refusal }) =>
	Array.isArray(body.detail) ? body.detail.map(({ loc, msg }) => [loc.join("."), msg])[0] : [];
const addPolicy = (name: string) =>
	call<{ id: string }>("/network-policies", { body: { name, egress_domains: ["example.com"] } });

test("a create that says nothing gets the default, and its inputs say so", async () => {
	await change({ value: { egress_domains: ["GitHub.com.", "*.npmjs.org"] } });
	const { body: box } = await create();
	const value = { mode: "enforce", egress_domains: ["*.npmjs.org", "github.com"] };
	expect(box.resolved?.network_policy).toEqual({ value, from: "inherited" });
	expect(await networkOf(box.id)).toMatchObject({ ...value, policy: null, is_locked: false });
	const { body: own } = await create({ mode: "none" });
	expect(own.resolved?.network_policy).toEqual({ value: { mode: "none", egress_domains: [] }, from: "given" });
	const { body: inputs } = await call<{ request: object }>(`/devboxes/${own.id}/inputs`, { as: member });
	expect(inputs.request).toMatchObject({ network_policy: { mode: "none" } });
});

test("a named default is followed by its name, and cannot be removed while it is the default", async () => {
	const { body: policy } = await addPolicy("builds");
	expect((await change({ value: { policy: "builds" } })).body.network_policy.value).toEqual({ policy: "builds" });
	const { body: box } = await create();
	expect(await networkOf(box.id)).toMatchObject({ policy: "builds", egress_domains: ["example.com"] });
	await gate.db.prisma.devbox.deleteMany({});
	const refused = await call(`/network-policies/${policy.id}`, { method: "DELETE" });
	expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining("default")]);
	await change({ value: { mode: "open" } }, 1);
	expect((await call(`/network-policies/${policy.id}`, { method: "DELETE" })).status).toBe(204);
});

test("a locked default refuses another policy at its place, in a create and for a devbox that is there", async () => {
	const { body: before } = await create({ mode: "none" });
	await addPolicy("builds");
	await change({ value: { policy: "builds" }, locked: true });
	const refused = await create({ mode: "open" });
	expect([refused.status, problemOf(refused)]).toEqual([
		422,
		[
			"body.network_policy",
			"The workspace fixes the network policy to the policy builds. Leave it out, or ask a workspace admin.",
		],
	]);
	expect((await create()).body.resolved?.network_policy).toEqual({ value: { policy: "builds" }, from: "locked" });
	expect((await create({ policy: "builds" })).status).toBe(202);
	const patch = (body: object) => call(`/devboxes/${before.id}/network`, { as: member, method: "PATCH", body });
	expect((await patch({ egress_domains: ["evil.example"] })).status).toBe(422);
	expect((await patch({ policy: "builds" })).status).toBe(200);
	expect(await networkOf(before.id)).toMatchObject({ is_locked: true, policy: "builds" });
});

test("a default that nothing can enforce, or that nobody knows, is refused and changes nothing", async () => {
	expect(problemOf(await change({ value: { policy: "gone" } }))?.[0]).toBe("body.network_policy.value.policy");
	expect(problemOf(await change({ value: { egress_domains: ["*"] } }))?.[0]).toBe(
		"body.network_policy.value.egress_domains.0",
	);
	await gate.db.prisma.host.update({ where: { id: hostId }, data: { fenceAddress: null } });
	expect(problemOf(await change({ value: { mode: "none" } }))?.[0]).toBe("body.network_policy.value");
	expect((await call<WorkspaceDefaultsResponse>("/workspace/defaults")).body.version).toBe(0);
});

test("who follows a named policy is told to admins alone", async () => {
	const { body: policy } = await addPolicy("builds");
	const { body: box } = await create({ policy: "builds" });
	const uses = (as: TestPerson) => call<{ data: object[] }>(`/network-policies/${policy.id}/devboxes`, { as });
	expect((await uses(admin)).body.data).toMatchObject([{ devbox_id: box.id, is_running: false }]);
	expect((await uses(member)).status).toBe(403);
	expect((await uses(await gate.addPerson({ role: "admin" }))).status).toBe(404);
});
