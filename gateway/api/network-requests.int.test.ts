/** Requests for names: who asks, who answers, what a box may reach by it, when that ends, and who hears of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DevboxNetworkResponse, NamedPolicyResponse } from "../../lib/contract/network.ts";
import type { NetworkRequestResponse, WorkspaceDecisionResponse } from "../../lib/contract/network-requests.ts";
import { addDecisions, readNetworkedBox } from "../../lib/db/host-network.ts";
import { endRequests } from "../../lib/db/network-requests.ts";
import { newId } from "../../lib/domain/ids.ts";
import { askBoxNetwork, tellBoxNetwork } from "../../lib/usecases/network/box-network.ts";
import { type EventReader, readEvents } from "../testing/event-reader.ts";
import { eventually } from "../testing/eventually.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let admin: TestPerson;
let member: TestPerson;
let peer: TestPerson;
let box: string;

beforeAll(async () => {
	gate = await startTestGateway();
	admin = await gate.addPerson({ role: "admin" });
	const { workspaceId } = admin;
	member = await gate.addPerson({ role: "member", workspaceId });
	peer = await gate.addPerson({ role: "member", workspaceId });
});
afterAll(() => gate.close());
beforeEach(async () => {
	box = await gate.addDevbox(member);
	await setPolicy({ networkMode: "enforce", networkDomains: ["github.com"] });
});

const setPolicy = (data: object) => gate.db.prisma.devbox.update({ where: { id: box }, data });

async function call<T>(path: string, o: { as?: TestPerson; method?: string; body?: object } = {}) {
	const answer = await gate.request(`/api/v1${path}`, { as: admin, ...o });
	return { status: answer.status, body: (await answer.json()) as T & { code: string; detail: string } };
}
const ask = (body: object, as = member) =>
	call<NetworkRequestResponse>(`/devboxes/${box}/network/requests`, { as, body });
const answer = (id: string, verb: string, body?: object, as = admin) =>
	call<NetworkRequestResponse>(`/network-requests/${id}/${verb}`, { as, method: "POST", ...(body && { body }) });
const inForce = async () => (await readNetworkedBox(gate.db.pool, { devboxId: box }))?.policy;
const network = async () => (await call<DevboxNetworkResponse>(`/devboxes/${box}/network`, { as: member })).body;

describe("a request", () => {
	test("asked twice is one, with the last reason; approved, the box may reach the name beside its policy", async () => {
		const first = await ask({ name: "Registry.Example.com.", reason: "builds" });
		expect(first.body).toMatchObject({ name: "registry.example.com", status: "pending", asked_count: 1 });
		const again = await ask({ name: "registry.example.com", reason: "" });
		expect(again.body).toMatchObject({ id: first.body.id, reason: "builds", asked_count: 2 });
		expect(await inForce()).toEqual({ mode: "enforce", domains: ["github.com"], services: [] });
		const approved = await answer(first.body.id, "approve", { expires_in: "1h", answer: "Fine." });
		expect(approved.body).toMatchObject({ status: "approved", answer: "Fine." });
		const { expires_at, answered_at } = approved.body;
		expect(Date.parse(expires_at ?? "") - Date.parse(answered_at ?? "")).toBe(3_600_000);
		expect(await inForce()).toEqual({ mode: "enforce", domains: ["github.com", "registry.example.com"], services: [] });
		expect((await network()).requests).toMatchObject([{ id: first.body.id, status: "approved" }]);
		const late = await ask({ name: "registry.example.com" });
		expect([late.status, late.body.code]).toEqual([409, "conflict"]);
	});

	test("of a box without any network lets it reach that name alone", async () => {
		await setPolicy({ networkMode: "none", networkDomains: [] });
		const { body } = await ask({ name: "one.example.com" });
		await answer(body.id, "approve", { expires_in: "never" });
		expect(await inForce()).toEqual({ mode: "enforce", domains: ["one.example.com"], services: [] });
	});

	test("ends with its time, of itself, and can be asked again", async () => {
		const { body } = await ask({ name: "late.example.com" });
		await answer(body.id, "approve", { expires_in: "1d" });
		await gate.db.prisma.networkRequest.update({ where: { id: body.id }, data: { expiresAt: new Date(0) } });
		expect(await inForce()).toEqual({ mode: "enforce", domains: ["github.com"], services: [] });
		expect((await endRequests(gate.db.pool)).filter(({ devboxId }) => devboxId === box)).toMatchObject([
			{ id: body.id, answer: "Its time was up." },
		]);
		expect((await ask({ name: "late.example.com" })).status).toBe(201);
		await gate.db.prisma.devbox.update({ where: { id: box }, data: { state: "destroyed" } });
		expect((await endRequests(gate.db.pool)).map(({ answer: why }) => why)).toEqual(["Its devbox was destroyed."]);
	});

	test("is declined with a word, taken back, and answered once", async () => {
		const { body } = await ask({ name: "no.example.com" });
		expect((await answer(body.id, "decline", { answer: "Use the mirror." })).body.answer).toBe("Use the mirror.");
		expect((await answer(body.id, "approve", {})).status).toBe(409);
		const { body: other } = await ask({ name: "yes.example.com" });
		const both = await Promise.all([answer(other.id, "approve", {}), answer(other.id, "decline", {})]);
		expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
		const { body: third } = await ask({ name: "third.example.com" });
		await answer(third.id, "approve", {});
		expect((await answer(third.id, "end")).body.status).toBe("ended");
		expect((await inForce())?.domains).not.toContain("third.example.com");
	});

	test("stands in the admins' list with the latest answer first, also where nobody answered it", async () => {
		const { body: unanswered } = await ask({ name: "first.example.com" });
		await gate.db.prisma.devbox.update({ where: { id: box }, data: { state: "destroyed" } });
		await endRequests(gate.db.pool);
		box = await gate.addDevbox(member);
		await setPolicy({ networkMode: "none" });
		const { body: later } = await ask({ name: "second.example.com" });
		await answer(later.id, "decline", {});
		const { body } = await call<{ data: NetworkRequestResponse[] }>("/network-requests");
		const ids = body.data.map(({ id }) => id);
		expect(ids.indexOf(later.id)).toBeLessThan(ids.indexOf(unanswered.id));
	});

	test("is for a name that its policy blocks, of one's own box, and answered by admins alone", async () => {
		expect((await ask({ name: "github.com" })).body.detail).toContain("already, as github.com");
		expect((await ask({ name: "*" })).status).toBe(422);
		expect((await ask({ name: "a.example.com", reason: "x".repeat(501) })).status).toBe(422);
		expect((await ask({ name: "a.example.com" }, peer)).status).toBe(404);
		const { body } = await ask({ name: "a.example.com" });
		for (const verb of ["approve", "decline", "end"])
			expect((await answer(body.id, verb, verb === "end" ? undefined : {}, member)).status).toBe(403);
		await setPolicy({ networkMode: "observe" });
		expect((await ask({ name: "b.example.com" })).status).toBe(409);
	});
});

describe("a named policy", () => {
	const follow = async (name: string) => {
		const made = await call<NamedPolicyResponse>("/network-policies", {
			body: { name, egress_domains: ["a.example.com"] },
		});
		await setPolicy({ networkPolicyId: made.body.id });
		return made.body;
	};

	test("takes a requested name for all its boxes; then the list allows it, and no approval does", async () => {
		const policy = await follow("shared");
		const { body } = await ask({ name: "b.example.com" });
		const added = await answer(body.id, "approve", { add_to_policy: true });
		expect(added.body).toMatchObject({ status: "ended", answer: "Added to the policy shared.", expires_at: null });
		expect(await inForce()).toEqual({ mode: "enforce", domains: ["a.example.com", "b.example.com"], services: [] });
		await call(`/network-policies/${policy.id}`, { method: "PATCH", body: { egress_domains: ["a.example.com"] } });
		expect(await inForce()).toEqual({ mode: "enforce", domains: ["a.example.com"], services: [] });
	});

	test("is not changed by whoever answers too late, nor for a box that follows it no more", async () => {
		await follow("late");
		const { body } = await ask({ name: "b.example.com" });
		await answer(body.id, "decline", {});
		expect((await answer(body.id, "approve", { add_to_policy: true })).status).toBe(409);
		expect((await inForce())?.domains).toEqual(["a.example.com"]);
		const { body: next } = await ask({ name: "c.example.com" });
		await setPolicy({ networkPolicyId: null, networkMode: "enforce", networkDomains: ["own.example.com"] });
		expect((await answer(next.id, "approve", { add_to_policy: true })).status).toBe(409);
		expect((await answer(next.id, "approve", {})).body).toMatchObject({ status: "approved" });
	});

	test("of no network at all, and a box that is given none, end what was approved before", async () => {
		const approved = async (name: string) => {
			const { body } = await ask({ name });
			await answer(body.id, "approve", {});
			expect((await inForce())?.domains).toContain(name);
		};
		const policy = await follow("closed");
		await approved("b.example.com");
		await call(`/network-policies/${policy.id}`, { method: "PATCH", body: { mode: "none" } });
		expect(await inForce()).toMatchObject({ mode: "none", domains: [] });
		await setPolicy({ networkPolicyId: null, networkMode: "enforce", networkDomains: ["own.example.com"] });
		await approved("c.example.com");
		await gate.db.prisma.host.updateMany({ data: { fenceAddress: "10.9.8.1" } });
		const closed = await call(`/devboxes/${box}/network`, { as: member, method: "PATCH", body: { mode: "none" } });
		expect(closed.body).toMatchObject({ mode: "none" });
		await setPolicy({ networkPolicyId: null, networkMode: "enforce", networkDomains: ["own.example.com"] });
		await approved("d.example.com");
		await call(`/devboxes/${box}/network`, { as: member, method: "PATCH", body: { policy: "closed" } });
		expect(await inForce()).toMatchObject({ mode: "none", domains: [] });
		const ended = await endRequests(gate.db.pool);
		expect(new Set(ended.map((one) => one.answer))).toEqual(new Set(["Its devbox was taken off the network."]));
		expect(await inForce()).toMatchObject({ mode: "none", domains: [] });
	});

	test("that two admins add to at once has both names", async () => {
		const { id } = await follow("both");
		const add = (name: string) =>
			call<NamedPolicyResponse>(`/network-policies/${id}`, { method: "PATCH", body: { add_domains: [name] } });
		await Promise.all([add("x.example.com"), add("y.example.com")]);
		expect((await inForce())?.domains).toEqual(["a.example.com", "x.example.com", "y.example.com"]);
	});

	test("is not written over by a change that was made from how it was before", async () => {
		const { id, updated_at } = await follow("versions");
		const patch = (body: object) => call<NamedPolicyResponse>(`/network-policies/${id}`, { method: "PATCH", body });
		const added = await patch({ add_domains: ["b.example.com"], updated_at });
		expect(added.status).toBe(200);
		const late = await patch({ egress_domains: ["a.example.com"], updated_at });
		expect([late.status, late.body]).toEqual([409, expect.objectContaining({ code: "conflict" })]);
		expect((await inForce())?.domains).toEqual(["a.example.com", "b.example.com"]);
		expect((await patch({ egress_domains: ["a.example.com"], updated_at: added.body.updated_at })).status).toBe(200);
		expect((await inForce())?.domains).toEqual(["a.example.com"]);
	});
});

describe("what filters decided", () => {
	test("is seen by admins over all boxes, by box, name, rule and verdict", async () => {
		const one = { devboxId: box, protocol: "tls", port: 443, count: 2 };
		await addDecisions(gate.db.pool, [
			{ ...one, name: "github.com", verdict: "allowed", why: "", rule: "github.com" },
			{ ...one, name: "evil.example", verdict: "blocked", why: "not_listed", rule: "" },
		]);
		const read = async (query: string) =>
			(await call<{ data: WorkspaceDecisionResponse[] }>(`/network-decisions?devbox=${box}&${query}`)).body.data;
		expect(await read("")).toHaveLength(2);
		expect(await read("verdict=blocked")).toMatchObject([{ name: "evil.example", devbox: { id: box }, count: 2 }]);
		expect(await read("name=GITHUB")).toMatchObject([{ rule: "github.com" }]);
		expect(await read("rule=not_listed")).toMatchObject([{ name: "evil.example" }]);
		expect(await read("name=%25")).toEqual([]);
		expect((await call("/network-decisions", { as: member })).status).toBe(403);
		const stranger = await gate.addPerson();
		const foreign = await call<{ data: object[] }>(`/network-decisions?devbox=${box}`, { as: stranger });
		expect(foreign.body.data).toEqual([]);
	});
});

describe("a devbox itself", () => {
	const asking = (name: string, reason = "npm ci") => askBoxNetwork({ db: gate.db }, { devboxId: box, name, reason });

	test("asks for its owner, and the log says that it was the devbox", async () => {
		expect((await asking("Registry.example.com")).text).toContain("Asked for registry.example.com");
		expect((await network()).requests).toMatchObject([{ status: "pending", reason: "From the devbox: npm ci" }]);
		const where = { action: "network_request.create", targetId: box };
		expect(await gate.db.prisma.auditEvent.findFirstOrThrow({ where })).toMatchObject({ actorKind: "box" });
		const told = (await tellBoxNetwork({ db: gate.db }, box)).text;
		expect(told).toContain("enforce: Listed names only");
		expect(told).toContain("registry.example.com  waits for an admin");
	});

	test("hears why not: no name, listed already, too long, or an owner who is gone", async () => {
		await expect(asking("*")).rejects.toMatchObject({ code: "invalid" });
		await expect(asking("github.com")).rejects.toMatchObject({ code: "conflict" });
		await expect(asking("a.example.com", "x".repeat(600))).rejects.toMatchObject({ code: "invalid" });
		const leaver = await gate.addPerson({ role: "member", workspaceId: admin.workspaceId });
		box = await gate.addDevbox(leaver);
		await setPolicy({ networkMode: "none" });
		await gate.db.prisma.member.deleteMany({ where: { userId: leaver.userId } });
		await expect(asking("a.example.com")).rejects.toMatchObject({ code: "forbidden" });
	});
});

test("what was seen becomes a list to review, without what is listed", async () => {
	const seen = ["a.cdn.example.com", "b.cdn.example.com", "c.cdn.example.com", "github.com"];
	const one = { devboxId: box, protocol: "tls", port: 443, verdict: "observed", why: "not_listed", rule: "", count: 2 };
	await addDecisions(
		gate.db.pool,
		seen.map((name) => ({ ...one, name })),
	);
	const { body } = await call(`/devboxes/${box}/network/proposal`, { as: member });
	expect(body).toEqual({ entries: [{ entry: "*.cdn.example.com", count: 6, names: seen.slice(0, 3) }] });
});

describe("the event stream", () => {
	const heardOf = (reader: EventReader, id: string | null) =>
		reader.events.some(({ event, data }) => event === "network" && (data as { devbox_id: unknown }).devbox_id === id);

	test("tells a box's owner and the admins of decisions and requests, and nobody else", async () => {
		const readers = await Promise.all([member, admin, peer].map((person) => readEvents(gate, person)));
		const [ofMember, ofAdmin, ofPeer] = readers as [EventReader, EventReader, EventReader];
		const decision = { devboxId: box, protocol: "tls", name: "a.example", port: 443, why: "not_listed", rule: "" };
		await addDecisions(gate.db.pool, [{ ...decision, verdict: "blocked", count: 1 }]);
		await eventually("the owner's", () => heardOf(ofMember, box));
		await eventually("the admin's", () => heardOf(ofAdmin, box));
		const marker = await gate.addDevbox(peer);
		await gate.db.prisma.devbox.update({ where: { id: marker }, data: { networkMode: "none" } });
		await call(`/devboxes/${marker}/network/requests`, { as: peer, body: { name: "b.example.com" } });
		await eventually("the peer's own", () => heardOf(ofPeer, marker));
		expect(heardOf(ofPeer, box)).toBe(false);
		await call("/network-policies", { body: { name: newId("host").slice(-8), mode: "none" } });
		await eventually("a policy, to all of the workspace", () => readers.every((reader) => heardOf(reader, null)));
		for (const reader of readers) reader.close();
	});

	test("tells the workspace when its default is locked, and when a policy is followed by more devboxes or fewer", async () => {
		const { body: policy } = await call<NamedPolicyResponse>("/network-policies", {
			body: { name: newId("host").slice(-8), mode: "none" },
		});
		const reader = await readEvents(gate, peer);
		await eventually("the stream", () => reader.events[0]?.event === "resync");
		const told = async (what: string, change: () => Promise<unknown>) => {
			const before = reader.events.length;
			await change();
			await eventually(what, () => reader.events.slice(before).some(({ event }) => event === "network"));
		};
		const { version } = (await call<{ version: number }>("/workspace/defaults")).body;
		const lock = (at: number, locked: boolean) =>
			call("/workspace/defaults", { method: "PATCH", body: { version: at, network_policy: { locked } } });
		await told("a lock", () => lock(version, true));
		await told("the end of the lock", () => lock(version + 1, false));
		await told("one that follows it", () => setPolicy({ networkPolicyId: policy.id }));
		await told("one that is gone", () => setPolicy({ releasedAt: new Date() }));
		reader.close();
	});
});
