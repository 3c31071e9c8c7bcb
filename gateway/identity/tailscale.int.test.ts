/** How a workspace sets Tailscale up, what a create may ask of it, and the test of the connection, with a stand-in at the other end. */

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tailscaleResponse, tailscaleTestResponse } from "../../lib/contract/tailscale.ts";
import { startTokenExchange, type TokenExchange } from "../../lib/identity/testing/token-exchange.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

const clientId = "kTest1CNTRL";

let gate: TestGateway;
let ann: TestPerson;
let member: TestPerson;
let exchange: TokenExchange;

beforeAll(async () => {
	const port = await freePort();
	const issuer = `http://127.0.0.1:${port}`;
	gate = await startTestGateway({
		env: { PUBLIC_URL: issuer, DEVBOX_LISTEN: `127.0.0.1:${port}`, DEVBOX_ALLOWED_ADDRESSES: "127.0.0.1" },
	});
	ann = await gate.addPerson();
	member = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
	const subject = new RegExp(`^workspace:${ann.workspaceId}:devbox:`);
	exchange = await startTokenExchange({ issuer, clientId, subject, tags: ["tag:devbox"] });
});

afterAll(async () => {
	await gate.close();
	await exchange.close();
});

beforeEach(async () => {
	await gate.db.prisma.tailscaleSettings.deleteMany();
	await gate.db.prisma.image.updateMany({ data: { programs: ["tailscale"] } });
});

/** Free a moment ago; the gateway takes it at once. */
async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

const put = (body: object, as = ann) => gate.request("/api/v1/tailscale", { as, method: "PUT", body });
const whole = (changes: object = {}) => ({
	is_enabled: true,
	client_id: clientId,
	tags: ["tag:devbox"],
	login_server: exchange.origin,
	...changes,
});

let count = 0;
const create = (fields: object, as = member) =>
	gate.request("/api/v1/devboxes", { as, body: { name: `box-${++count}`, ...fields } });

async function refusal(response: Response): Promise<{ status: number; loc: unknown; msg: string }> {
	const { detail } = (await response.json()) as { detail: { loc: unknown; msg: string }[] };
	return { status: response.status, loc: detail[0]?.loc, msg: detail[0]?.msg ?? "" };
}

describe("the setting", () => {
	test("says what to enter at Tailscale, is an admin's, and every member's to read", async () => {
		expect((await put(whole(), member)).status).toBe(403);
		expect((await put(whole())).status).toBe(200);
		const read = tailscaleResponse.parse(await (await gate.request("/api/v1/tailscale", { as: member })).json());
		expect(read).toMatchObject({ is_enabled: true, hostname: "{name}", on_failure: "warn", problem: null });
		expect(read.enter_at_tailscale).toEqual({
			issuer: gate.origin,
			subject: `workspace:${ann.workspaceId}:devbox:*`,
			audience: `api.tailscale.com/${clientId}`,
			scope: "auth_keys",
		});
		const [event] = await gate.db.prisma.auditEvent.findMany({
			where: { action: "tailscale.set", outcome: "success" },
		});
		expect(event?.detail).toMatchObject({ client_id: clientId, tags: ["tag:devbox"] });
	});

	test.each([
		["client_id", { client_id: null }],
		["client_id", { client_id: "id?ephemeral=false" }],
		["tags", { tags: [] }],
		["tags", { tags: ["devbox"] }],
		["hostname", { hostname: "a b" }],
		["login_server", { login_server: "http://headscale.example.com" }],
		["login_server", { login_server: "https://user@headscale.example.com" }],
	])("refuses a wrong %s, and stays as it is", async (field, changes) => {
		const refused = await refusal(await put(whole(changes)));
		expect(refused).toMatchObject({ status: 422, loc: expect.arrayContaining(["body", field]) });
		expect(await gate.db.prisma.tailscaleSettings.count()).toBe(0);
	});
});

describe("a create", () => {
	const rowOf = async (response: Response) => {
		expect(response.status).toBe(202);
		const { id } = (await response.json()) as { id: string };
		return gate.db.prisma.devbox.findUniqueOrThrow({ where: { id }, include: { tailscale: true, operations: true } });
	};
	const hasStep = (row: { operations: { step: string }[] }) =>
		row.operations.some(({ step }) => step === "join_tailscale");

	test("inherits, differs where it may, and joins nothing where nobody says so", async () => {
		const none = await rowOf(await create({}));
		expect([none.tailscale, hasStep(none)]).toEqual([null, false]);
		await put(whole({ hostname: "dev-{name}", on_failure: "fail" }));
		const inherited = await rowOf(await create({}));
		expect(inherited.tailscale).toMatchObject({
			clientId,
			hostname: `dev-${inherited.name}`,
			onFailure: "fail",
			status: "pending",
		});
		expect(hasStep(inherited)).toBe(true);
		const own = await rowOf(await create({ tailscale: { tags: ["tag:ci"], hostname: "ci" } }));
		expect(own.tailscale).toMatchObject({ tags: ["tag:ci"], hostname: "ci", loginServer: exchange.origin });
		expect((await rowOf(await create({ tailscale: { enabled: false } }))).tailscale).toBeNull();
		await put(whole({ is_enabled: false }));
		expect((await rowOf(await create({}))).tailscale).toBeNull();
		expect((await rowOf(await create({ tailscale: { enabled: true } }))).tailscale).not.toBeNull();
	});

	test("may not differ from what is locked", async () => {
		await put(whole({ is_locked: true }));
		for (const tailscale of [{ enabled: false }, { tags: ["tag:ci"] }, { enabled: true, login_server: null }])
			expect(await refusal(await create({ tailscale }))).toMatchObject({
				status: 422,
				loc: ["body", "tailscale"],
				msg: expect.stringContaining("locked"),
			});
		expect((await create({ tailscale: { enabled: true } })).status).toBe(202);
		await put(whole({ is_enabled: false, is_locked: true }));
		expect((await refusal(await create({ tailscale: { enabled: true } }))).status).toBe(422);
	});

	test("is refused before anything is made, where it could not join, with what to do", async () => {
		const before = await gate.db.prisma.devbox.count();
		expect(await refusal(await create({ tailscale: { enabled: true } }))).toMatchObject({
			status: 422,
			msg: expect.stringContaining("client id"),
		});
		await put(whole());
		await gate.db.prisma.image.updateMany({ data: { programs: [] } });
		expect((await refusal(await create({}))).msg).toContain("DEVBOX_TAILSCALE");
		await gate.db.prisma.image.updateMany({ data: { programs: ["tailscale"] } });
		const wrong = await refusal(await create({ tailscale: { login_server: null } }));
		expect(wrong.msg).toContain("PUBLIC_URL");
		await gate.db.prisma.host.updateMany({ data: { fenceAddress: "198.51.100.1" } });
		await put(whole({ login_server: "https://headscale.example.com" }));
		await gate.db.prisma.tailscaleSettings.updateMany({ data: { loginServer: "http://127.0.0.1:1" } });
		expect((await refusal(await create({ network_policy: { mode: "none" } }))).msg).toContain("network policy is none");
		expect(await gate.db.prisma.devbox.count()).toBe(before);
		await gate.db.prisma.host.updateMany({ data: { fenceAddress: null } });
	});
});

describe("a change", () => {
	const patch = (id: string, body: object, as = member) =>
		gate.request(`/api/v1/devboxes/${id}/tailscale`, { as, method: "PATCH", body });
	const runsOf = (id: string) =>
		gate.db.prisma.run.findMany({ where: { devboxId: id }, select: { pipeline: true }, orderBy: { createdAt: "asc" } });

	/** As a worker leaves it that has made it. */
	async function readyBox(fields: object = {}): Promise<string> {
		const response = await create(fields);
		expect(response.status).toBe(202);
		const { id } = (await response.json()) as { id: string };
		await gate.db.prisma.run.deleteMany({ where: { devboxId: id } });
		await gate.db.prisma.devbox.update({ where: { id }, data: { state: "ready", power: "running" } });
		return id;
	}

	test("turns it on by the workspace's setting, keeps what is left out, and turns it off; each is audited", async () => {
		await put(whole({ is_enabled: false }));
		const id = await readyBox();
		const on = await patch(id, { enabled: true });
		expect(on.status).toBe(200);
		expect(await on.json()).toMatchObject({ enabled: true, status: "pending", tags: ["tag:devbox"] });
		expect(await (await patch(id, { tags: ["tag:ci"], hostname: "ci-{name}" })).json()).toMatchObject({
			tags: ["tag:ci"],
			hostname: expect.stringMatching(/^ci-box-\d+$/),
			login_server: exchange.origin,
		});
		const off = await (await patch(id, { enabled: false })).json();
		expect(off).toMatchObject({ enabled: false, status: "pending", tags: ["tag:ci"] });
		// The first one waits still: it does what is wanted when it begins.
		expect(await runsOf(id)).toEqual([{ pipeline: "join-tailscale" }]);
		const events = await gate.db.prisma.auditEvent.findMany({
			where: { action: "tailscale.change", targetId: id, outcome: "success" },
			orderBy: { seq: "asc" },
		});
		expect(events.map(({ detail }) => detail)).toEqual([
			expect.objectContaining({ enabled: true, tags: ["tag:devbox"] }),
			expect.objectContaining({ enabled: true, tags: ["tag:ci"] }),
			expect.objectContaining({ enabled: false }),
		]);
	});

	test("of a devbox that is off waits for its start; one that is being made or gone is refused", async () => {
		await put(whole({ is_enabled: false }));
		const id = await readyBox();
		await gate.db.prisma.devbox.update({
			where: { id },
			data: { state: "stopped", desiredState: "stopped", power: "off" },
		});
		expect(await (await patch(id, { enabled: true })).json()).toMatchObject({ enabled: true, status: "left" });
		expect(await (await patch(id, { enabled: false })).json()).toMatchObject({ enabled: false, status: null });
		expect(await runsOf(id)).toEqual([]);
		for (const state of ["provisioning", "failed", "destroyed"]) {
			await gate.db.prisma.devbox.update({ where: { id }, data: { state } });
			const refused = await patch(id, { enabled: true });
			expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining("ready or stopped")]);
		}
	});

	test("is its owner's, says something, and is refused where the box could not join", async () => {
		await put(whole({ is_enabled: false }));
		const id = await readyBox();
		expect((await patch(id, { enabled: true }, ann)).status).toBe(404);
		expect(await refusal(await patch(id, {}))).toMatchObject({ status: 422, loc: ["body", "enabled"] });
		expect(await refusal(await patch(id, { tags: ["ci"] }))).toMatchObject({ status: 422 });
		await gate.db.prisma.devbox.update({ where: { id }, data: { networkMode: "none" } });
		expect((await refusal(await patch(id, { enabled: true }))).msg).toContain("network policy is none");
		const listed = { networkMode: "enforce", networkDomains: ["github.com"] };
		await gate.db.prisma.devbox.update({ where: { id }, data: listed });
		await gate.db.prisma.tailscaleSettings.updateMany({ data: { loginServer: "https://headscale.example.com" } });
		expect((await refusal(await patch(id, { enabled: true }))).msg).toMatch(/PUBLIC_URL|list headscale\.example\.com/);
		await gate.db.prisma.image.updateMany({ data: { programs: [] } });
		const bare = await refusal(await patch(id, { enabled: true, login_server: "http://127.0.0.1:1" }));
		expect(bare.msg).toContain("DEVBOX_TAILSCALE");
		expect(await gate.db.prisma.devboxTailscale.count({ where: { devboxId: id } })).toBe(0);
	});

	test("comes to what is locked, and to nothing else", async () => {
		await put(whole({ is_enabled: false }));
		const id = await readyBox({ tailscale: { tags: ["tag:ci"] } });
		await put(whole({ is_locked: true }));
		for (const body of [{ enabled: false }, { tags: ["tag:other"] }, { enabled: true, hostname: "x" }])
			expect(await refusal(await patch(id, body))).toMatchObject({
				msg: expect.stringContaining("locked: this one can join"),
			});
		expect(await (await patch(id, { enabled: true })).json()).toMatchObject({ tags: ["tag:devbox"] });
		await put(whole({ is_enabled: false, is_locked: true }));
		expect((await refusal(await patch(id, { enabled: true }))).msg).toContain("can stay out");
		expect((await patch(id, { enabled: false })).status).toBe(200);
	});
});

describe("the test of the connection", () => {
	const tried = async () => {
		const response = await gate.request("/api/v1/tailscale/test", { as: ann, method: "POST" });
		const { ok, checks } = tailscaleTestResponse.parse(await response.json());
		return {
			ok,
			said: checks.map(({ name, status }) => `${name} ${status}`),
			last: checks.find(({ status }) => status === "failed")?.message,
		};
	};

	test("goes the way of a devbox: keys, and a token that the other end takes", async () => {
		expect(await tried()).toMatchObject({
			ok: false,
			said: ["Settings failed", "Public URL skipped", "Keys skipped", "Token exchange skipped"],
		});
		await put(whole());
		expect(await tried()).toEqual({
			ok: true,
			said: ["Settings ok", "Public URL ok", "Keys ok", "Token exchange ok"],
			last: undefined,
		});
		expect(exchange.taken.at(-1)?.subject).toBe(`workspace:${ann.workspaceId}:devbox:connection-test`);
		expect(exchange.nodes.size).toBe(0);
		const where = { workspaceId: ann.workspaceId, action: "identity.token" };
		const [given] = await gate.db.prisma.auditEvent.findMany({ where, orderBy: { at: "desc" }, take: 1 });
		expect(given?.detail).toMatchObject({ jti: expect.any(String), for: expect.stringContaining("connection test") });
	});

	test("says what the other end said, and what to compare", async () => {
		await put(whole({ client_id: "kOther" }));
		expect(await tried()).toMatchObject({
			ok: false,
			last: expect.stringMatching(/refused a token of ours with 403: .*no such client.*subject and audience/),
		});
		exchange.isDown = true;
		await put(whole());
		expect((await tried()).last).toContain("503");
		exchange.isDown = false;
		await put(whole({ login_server: "http://127.0.0.1:9" }));
		expect((await tried()).said.at(-1)).toBe("Token exchange failed");
	});

	test("asks nobody at an address that is closed to users", async () => {
		const closed = await startTestGateway({ env: { PUBLIC_URL: "http://127.0.0.1:4998" } });
		const person = await closed.addPerson();
		await closed.request("/api/v1/tailscale", { as: person, method: "PUT", body: whole() });
		const before = exchange.taken.length;
		const response = await closed.request("/api/v1/tailscale/test", { as: person, method: "POST" });
		expect(tailscaleTestResponse.parse(await response.json()).ok).toBe(false);
		expect(exchange.taken.length).toBe(before);
		await closed.close();
	});
});
