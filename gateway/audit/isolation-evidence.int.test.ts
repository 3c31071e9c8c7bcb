/** Evidence of isolation: what an auditor is told of one workspace, now and of a past moment, by pages and as a file. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { productVersion } from "../../lib/config/product-version.ts";
import type { AuditEventResponse } from "../../lib/contract/audit.ts";
import type { IsolationEvidence } from "../../lib/contract/isolation-evidence.ts";
import { newId } from "../../lib/domain/ids.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let admin: TestPerson;
let member: TestPerson;
let stranger: TestPerson;
let hostId: string;
let policyId: string;

const day = (n: number) => new Date(Date.now() + n * 24 * 60 * 60_000);

beforeAll(async () => {
	gate = await startTestGateway();
	admin = await gate.addPerson({ role: "admin" });
	member = await gate.addPerson({ role: "member", workspaceId: admin.workspaceId });
	stranger = await gate.addPerson();
	await gate.addDevbox(stranger, { name: "of-others" });
	const host = await gate.db.prisma.host.findFirstOrThrow();
	hostId = host.id;
	await gate.db.prisma.host.update({
		where: { id: hostId },
		data: { createdAt: day(-100), fenceAddress: "100.64.0.1" },
	});
	policyId = newId("networkPolicy");
	await gate.db.prisma.networkPolicy.create({
		data: {
			...{ id: policyId, workspaceId: admin.workspaceId, name: "strict", mode: "enforce" },
			...{ domains: ["github.com"], createdAt: day(-50), updatedAt: day(-50) },
		},
	});
	await gate.db.prisma.identityAudience.create({
		data: {
			...{ id: newId("identityAudience"), workspaceId: admin.workspaceId, audience: "vault" },
			...{ createdBy: "grace", createdAt: day(-50) },
		},
	});
});
afterAll(() => gate.close());

async function evidence(query = "", as = admin): Promise<IsolationEvidence> {
	const answer = await gate.request(`/api/v1/isolation-evidence?${query}`, { as });
	expect(answer.status).toBe(200);
	return (await answer.json()) as IsolationEvidence;
}
const exported = (query: string, as = admin) => gate.request(`/api/v1/isolation-evidence/export?${query}`, { as });
const at = (when: Date) => `at=${encodeURIComponent(when.toISOString())}`;
const namesOf = ({ devboxes }: IsolationEvidence) => devboxes.map(({ name }) => name);

async function addBox(name: string, data: object): Promise<string> {
	const id = await gate.addDevbox(member, { name });
	await gate.db.prisma.devbox.update({ where: { id }, data });
	return id;
}
const addReport = (status: string, finishedAt: Date, failed = 0) =>
	gate.db.prisma.isolationReport.create({
		data: {
			...{ id: newId("isolationReport"), hostId, status, cause: "requested", finishedAt, createdAt: finishedAt },
			...{ passed: 200, failed, notTried: 1 },
		},
	});

describe("evidence", () => {
	let followed: string;
	beforeAll(async () => {
		await addBox("gone", { createdAt: day(-40), state: "destroyed", destroyedAt: day(-20), releasedAt: day(-20) });
		const service = {
			name: "database",
			address: "10.20.0.5",
			ports: [443, 5432],
			createdBy: "grace",
			createdAt: day(-1),
		};
		const { workspaceId } = admin;
		await gate.db.prisma.internalService.create({ data: { id: newId("internalService"), workspaceId, ...service } });
		followed = await addBox("followed", { createdAt: day(-30), networkPolicyId: policyId });
		await addBox("newest", { createdAt: day(-2), networkMode: "none" });
		await gate.db.prisma.networkRequest.create({
			data: {
				...{
					id: newId("networkRequest"),
					workspaceId: admin.workspaceId,
					devboxId: followed,
					name: "pypi.example.org",
				},
				...{
					reason: "",
					status: "approved",
					requestedBy: "m",
					answeredBy: "a",
					answeredAt: day(-1),
					expiresAt: day(1),
				},
			},
		});
	});

	test("is of the own workspace's devboxes that are there, with what holds for each", async () => {
		const now = await evidence();
		expect(namesOf(now)).toEqual(["followed", "newest"]);
		expect(now).toMatchObject({ is_now: true, devbox_count: 2, product_version: productVersion, changes_since: [] });
		expect(now.devboxes[0]?.network).toMatchObject({
			...{ mode: "enforce", policy: "strict", egress_domains: ["github.com", "pypi.example.org"] },
			...{ is_setting_up: false, enforcement: "pending" },
		});
		expect(now.policies).toMatchObject([{ name: "strict", devbox_count: 1 }]);
		expect(now.approvals).toMatchObject([{ name: "pypi.example.org", devbox: { name: "followed" } }]);
		expect(now.internal_services).toMatchObject([{ name: "database", ports: [443, 5432], is_open: false }]);
		expect(now.audiences).toMatchObject([{ audience: "vault", created_by: "grace" }]);
		expect(now.default_policy).toMatchObject({ is_locked: false, value: { mode: "open" } });
		expect(namesOf(await evidence("", stranger))).toEqual(["of-others"]);
	});

	test("says which private addresses a devbox is led to, by both keys, and which tailnet it is or may be in", async () => {
		const host = (internalRanges: string[]) =>
			gate.db.prisma.host.update({ where: { id: hostId }, data: { internalRanges } });
		const joins = { devboxId: followed, clientId: "T1", tags: ["tag:box"], hostname: "followed", onFailure: "warn" };
		await gate.db.prisma.devboxTailscale.create({ data: { ...joins, isEnabled: false, status: "left" } });
		await host(["10.20.0.0/16"]);
		const now = await evidence();
		expect(now.internal_ranges).toEqual(["10.20.0.0/16"]);
		expect(now.devboxes.map(({ network }) => network.internal_services)).toEqual([
			["10.20.0.5:443", "10.20.0.5:5432"],
			// No network: no name leads anywhere.
			[],
		]);
		expect(now.devboxes[0]?.tailscale).toBeNull();
		const text = await (await exported("format=markdown")).text();
		expect(text).toContain("The operator has opened 10.20.0.0/16.");
		expect(text).toMatch(/^\| followed .* internal services 10\.20\.0\.5:443 10\.20\.0\.5:5432; .* no \|$/m);
		await host([]);
		expect((await evidence()).devboxes[0]?.network.internal_services).toEqual([]);
		// It shall leave, and has not yet.
		await gate.db.prisma.devboxTailscale.update({ where: { devboxId: followed }, data: { status: "pending" } });
		expect((await evidence()).devboxes[0]?.tailscale).toMatchObject({ status: "pending", hostname: "followed" });
	});

	test("does not say of a new host that anything is wrong, nor that it passed", async () => {
		const since = (createdAt: Date) => gate.db.prisma.host.update({ where: { id: hostId }, data: { createdAt } });
		await since(day(0));
		const now = await evidence();
		expect(now).toMatchObject({ problems: [], hosts: [{ standing: "never", is_new: true, problem: null }] });
		expect(await (await exported("format=markdown")).text()).not.toContain("passed its last audit");
		await since(day(-100));
	});

	test("says of a host without an audit, with an old one, and with a failed one, that it is not in order", async () => {
		expect((await evidence()).problems).toEqual([expect.stringMatching(/: it was never audited$/)]);
		await addReport("passed", day(-98));
		expect((await evidence()).problems).toEqual([expect.stringContaining("98 days ago, longer ago than")]);
		await addReport("passed", day(-10));
		const now = await evidence();
		expect(now.problems).toEqual([]);
		expect(now.hosts).toMatchObject([{ standing: "passed", devbox_count: 2, latest: { passed: 200, not_tried: 1 } }]);
		await addReport("failed", day(-1), 2);
		expect((await evidence()).problems).toEqual([expect.stringContaining("2 attempts were not as promised")]);
	});

	test("of a past moment has the devboxes and audits of then, and says what was changed since", async () => {
		const path = `/api/v1/devboxes/${followed}`;
		const change = async (part: string, body: object) =>
			expect((await gate.request(`${path}/${part}`, { as: member, method: "PATCH", body })).status).toBe(200);
		await change("network", { mode: "none" });
		await change("tailscale", { enabled: false });
		const service = `/api/v1/internal-services/${(await evidence()).internal_services[0]?.id}`;
		expect((await gate.request(service, { as: admin, method: "DELETE" })).status).toBe(200);
		const then = await evidence(at(day(-25)));
		expect(namesOf(then)).toEqual(["gone", "followed"]);
		expect(then.problems).toEqual([]);
		expect(then.hosts).toMatchObject([{ devbox_count: 2, standing: "passed", open: null }]);
		expect(then.approvals).toEqual([]);
		expect(then.internal_services).toEqual([]);
		expect(then.changes_since).toEqual([
			{ action: "internal_service.delete", count: 1 },
			{ action: "network.change", count: 1 },
			{ action: "tailscale.change", count: 1 },
		]);
		const changed = then.devboxes.map(({ name, network }) => [name, network.changed_at !== null]);
		expect(changed).toEqual([
			["gone", false],
			["followed", true],
		]);
		expect(namesOf(await evidence(at(day(-60))))).toEqual([]);
	});

	test("is read by pages that neither skip nor repeat, and never of the future", async () => {
		const first = await evidence("limit=1");
		expect([namesOf(first), first.devbox_count]).toEqual([["followed"], 2]);
		const second = await evidence(`limit=1&cursor=${first.next_cursor}`);
		expect([namesOf(second), second.next_cursor]).toEqual([["newest"], null]);
		for (const query of [at(day(1)), "at=yesterday", "limit=0", "cursor=x!"])
			expect((await gate.request(`/api/v1/isolation-evidence?${query}`, { as: admin })).status).toBe(422);
	});

	test("is an admin's alone", async () => {
		expect((await gate.request("/api/v1/isolation-evidence", { as: member })).status).toBe(403);
		expect((await exported("", member)).status).toBe(403);
	});
});

describe("an export", () => {
	test("has every devbox of a large workspace once, as JSON and as Markdown, and stands in the audit log", async () => {
		const large = await gate.addPerson({ role: "admin" });
		await gate.db.pool.query(
			`INSERT INTO devboxes (id, workspace_id, owner_id, name, image, image_ref, size, host_id, state, created_at)
			SELECT 'dbx_many' || n, $1, $2, 'many-' || n, 'builtin:base', 'builtin:base@1', 's', $3, 'ready', now() - interval '1 hour'
			FROM generate_series(1, 450) n`,
			[large.workspaceId, large.userId, hostId],
		);
		const answer = await exported("format=json", large);
		expect(answer.headers.get("content-disposition")).toMatch(/filename="isolation-evidence-\d{4}-\d\d-\d\d\.json"/);
		const document = (await answer.json()) as IsolationEvidence;
		expect(new Set(namesOf(document)).size).toBe(450);
		expect(document).toMatchObject({ devbox_count: 450, next_cursor: null, workspace: { id: large.workspaceId } });
		const text = await (await exported("format=markdown", large)).text();
		expect(text.match(/^\| many-\d+ /gm)).toHaveLength(450);
		const log = await gate.request("/api/v1/audit-events?action=isolation.export", { as: large });
		const { data } = (await log.json()) as { data: AuditEventResponse[] };
		expect(data.map(({ actor, detail }) => [actor.user_id, detail.format])).toEqual([
			[large.userId, "markdown"],
			[large.userId, "json"],
		]);
	});

	test("of a workspace without devboxes is a whole document as well", async () => {
		const empty = await gate.addPerson({ role: "admin" });
		expect(await (await exported("format=json", empty)).json()).toMatchObject({ devbox_count: 0, devboxes: [] });
		expect(await (await exported("format=markdown", empty)).text()).toContain("## Devboxes\n\nNone.");
	});

	test("in Markdown takes no name for Markdown", async () => {
		await addBox("named", { displayName: "a | b <img src=x> `c` [d](e)" });
		const text = await (await exported("format=markdown")).text();
		expect(text).toContain("a \\| b \\<img src=x\\> \\`c\\` \\[d\\](e)");
	});
});
