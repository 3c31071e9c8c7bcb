/** Internal services by two keys: what an admin may open, which devboxes it is in force for, and what becomes of it without the operator's. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { InternalServiceResponse, InternalServicesResponse } from "../../lib/contract/internal-services.ts";
import type { DevboxNetworkResponse } from "../../lib/contract/network.ts";
import { readNetworkedBox, writeApplied } from "../../lib/db/host-network.ts";
import { networkPolicyId } from "../../lib/db/network-policy-id.ts";
import { appliedPolicy } from "../../lib/domain/egress-policy.ts";
import { newId } from "../../lib/domain/ids.ts";
import { tellBoxNetwork } from "../../lib/usecases/network/box-network.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let admin: TestPerson;
let member: TestPerson;
let stranger: TestPerson;
let box: string;
const hostId = newId("host");
const database = { name: "database", address: "10.20.0.5", ports: [5433, 5432] };

beforeAll(async () => {
	gate = await startTestGateway();
	admin = await gate.addPerson({ role: "admin" });
	member = await gate.addPerson({ role: "member", workspaceId: admin.workspaceId });
	stranger = await gate.addPerson({ role: "admin" });
	const host = { name: "fenced", engine: "incus", endpoint: "", project: "", profile: "", pool: "", status: "online" };
	await gate.db.prisma.host.create({ data: { id: hostId, ...host, fenceAddress: "10.9.9.1" } });
});
afterAll(() => gate.close());
beforeEach(async () => {
	await gate.db.prisma.internalService.deleteMany({});
	await open("10.20.0.0/16", "192.168.7.5");
	box = await boxOf(member, "enforce");
});

const open = (...internalRanges: string[]) =>
	gate.db.prisma.host.update({ where: { id: hostId }, data: { internalRanges } });
async function boxOf(person: TestPerson, networkMode: string): Promise<string> {
	const id = await gate.addDevbox(person);
	const networkDomains = networkMode === "enforce" ? ["db.example"] : [];
	await gate.db.prisma.devbox.update({ where: { id }, data: { hostId, networkMode, networkDomains } });
	return id;
}
type Refusal = { code: string; detail: string | { loc: string[]; msg: string }[] };
async function call<T>(path: string, o: { as?: TestPerson; method?: string; body?: object } = {}) {
	const answer = await gate.request(`/api/v1${path}`, { as: admin, ...o });
	const text = await answer.text();
	return { status: answer.status, body: (text ? JSON.parse(text) : {}) as T & Refusal };
}
const add = (body: object, as = admin) => call<InternalServiceResponse>("/internal-services", { as, body });
const list = async (as = admin) => (await call<InternalServicesResponse>("/internal-services", { as })).body;
const remove = (id: string, as = admin) => call(`/internal-services/${id}`, { as, method: "DELETE" });
const policyOf = async (devboxId: string) => {
	const found = await readNetworkedBox(gate.db.pool, { devboxId });
	if (!found) throw new Error(`no box ${devboxId}`);
	return found.policy;
};
const problemOf = ({ body }: { body: Refusal }) =>
	Array.isArray(body.detail) ? body.detail.map(({ loc, msg }) => `${loc.at(-1)}: ${msg}`).join() : body.detail;

describe("a service", () => {
	test("is made, listed for members too, and removed by admins alone; all of it is in the audit log", async () => {
		const { status, body } = await add({ ...database, ports: [5433, 5432, 5433] });
		expect([status, body]).toMatchObject([201, { ...database, ports: [5432, 5433], is_open: true }]);
		expect(await list()).toEqual({ data: [body], internal_ranges: ["10.20.0.0/16", "192.168.7.5"] });
		// What the operator's network looks like is no member's business.
		expect(await list(member)).toEqual({ data: [body], internal_ranges: null });
		expect((await list(stranger)).data).toEqual([]);
		expect((await add({ ...database, name: "mine" }, member)).status).toBe(403);
		expect((await remove(body.id, member)).status).toBe(403);
		expect((await remove(body.id, stranger)).status).toBe(404);
		expect(await remove(body.id)).toEqual({ status: 200, body });
		expect((await remove(body.id)).status).toBe(404);
		const events = await gate.db.prisma.auditEvent.findMany({
			where: { workspaceId: admin.workspaceId, action: { startsWith: "internal_service" }, outcome: "success" },
			orderBy: { action: "asc" },
		});
		expect(events.map(({ action }) => action)).toEqual(["internal_service.create", "internal_service.delete"]);
		for (const { targetId, targetName, detail } of events) {
			expect([targetId, targetName]).toEqual([body.id, "database"]);
			expect(detail).toEqual({ address: "10.20.0.5", ports: ["5432", "5433"] });
		}
	});

	test("outside what the operator opened is refused with what they have to set", async () => {
		expect(problemOf(await add({ ...database, address: "10.21.0.5" }))).toContain(
			"DEVBOX_INTERNAL_RANGES=10.20.0.0/16,192.168.7.5,10.21.0.5 npm start",
		);
		await open();
		expect(problemOf(await add(database))).toMatch(/has opened no internal address.*=10\.20\.0\.5 npm start/);
		expect((await list()).internal_ranges).toEqual([]);
	});

	test.each([
		["address", { address: "10.20.0.0/24" }],
		["address", { address: "db.example" }],
		["address", { address: "198.51.100.9" }],
		["address", { address: "169.254.169.254" }],
		["ports", { ports: [] }],
		["ports", { ports: Array.from({ length: 17 }, (_, i) => i + 1) }],
		["0", { ports: [0] }],
		["0", { ports: [65_536] }],
		["0", { ports: [80.5] }],
		["name", { name: " " }],
		["name", { name: "x".repeat(61) }],
		["name", { name: "a\u0000b" }],
	])("with a wrong %s is refused: %j", async (field, change) => {
		const answer = await add({ ...database, ...change });
		expect(answer.status).toBe(422);
		expect(problemOf(answer)).toContain(`${field}: `);
	});

	test("has a name of its own in the workspace, and there are a hundred at most", async () => {
		expect((await add(database)).status).toBe(201);
		const twice = await add({ ...database, address: "192.168.7.5" });
		expect([twice.status, twice.body.code]).toEqual([409, "name_taken"]);
		expect((await add(database, stranger)).status).toBe(201);
		const { workspaceId } = admin;
		const more = Array.from({ length: 99 }, (_, i) => ({ ...database, id: newId("internalService"), name: `s${i}` }));
		await gate.db.prisma.internalService.createMany({
			data: more.map((service) => ({ ...service, workspaceId, createdBy: "ada" })),
		});
		expect(problemOf(await add({ ...database, name: "more" }))).toContain("at most 100");
	});
});

describe("in force", () => {
	const doors = ["10.20.0.5:5432", "10.20.0.5:5433"];

	test("it is for the workspace's devboxes that go through the filter, and for no others", async () => {
		await add(database);
		expect(await policyOf(box)).toEqual({ mode: "enforce", domains: ["db.example"], services: doors });
		expect((await policyOf(await boxOf(member, "observe"))).services).toEqual(doors);
		for (const mode of ["open", "none"]) expect((await policyOf(await boxOf(member, mode))).services).toEqual([]);
		const theirs = await policyOf(await boxOf(stranger, "enforce"));
		expect(theirs).toEqual({ mode: "enforce", domains: ["db.example"], services: [] });
		expect(networkPolicyId(theirs)).not.toBe(networkPolicyId(await policyOf(box)));
	});

	test("a devbox and its page say so, and that a change is on its way", async () => {
		const network = async () => (await call<DevboxNetworkResponse>(`/devboxes/${box}/network`, { as: member })).body;
		await gate.db.prisma.devbox.update({ where: { id: box }, data: { networkFenced: true } });
		await writeApplied(gate.db.pool, [{ id: box, applied: appliedPolicy(await policyOf(box)) }]);
		expect(await network()).toMatchObject({ enforcement: "enforced", internal_services: [] });
		await add(database);
		expect(await network()).toMatchObject({ enforcement: "pending", internal_services: doors });
		expect((await tellBoxNetwork({ db: gate.db }, box)).text).toContain("10.20.0.5:5432");
	});

	test("it is no more once the operator has taken the range back, and its row says why", async () => {
		await add(database);
		await open("192.168.7.5");
		expect((await policyOf(box)).services).toEqual([]);
		expect((await list()).data).toMatchObject([{ name: "database", is_open: false }]);
		await gate.db.prisma.devbox.update({ where: { id: box }, data: { hostId: null } });
		await open("10.20.0.0/16");
		expect((await policyOf(box)).services).toEqual([]);
	});
});
