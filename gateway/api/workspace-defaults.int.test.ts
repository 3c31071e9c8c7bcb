/** The workspace's defaults over the API: who may change them, what a create makes of them, and two who change them at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DevboxResponse } from "../../lib/contract/devboxes.ts";
import type { WorkspaceDefaultsResponse } from "../../lib/contract/workspace-defaults.ts";
import type { Scope } from "../../lib/domain/actor.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let admin: TestPerson;
let member: TestPerson;
beforeAll(async () => {
	gate = await startTestGateway();
	admin = await gate.addPerson({ role: "admin" });
	member = await gate.addPerson({ role: "member", workspaceId: admin.workspaceId });
});
afterAll(() => gate.close());
beforeEach(async () => {
	await gate.db.prisma.workspaceDefaults.deleteMany({});
});

type Refusal = { code: string; detail: string | { loc: string[]; msg: string }[] };
type Answer<T> = { status: number; body: T & Refusal };

async function call<T>(path: string, o: { as: TestPerson; method?: string; body?: object }): Promise<Answer<T>> {
	const answer = await gate.request(`/api/v1${path}`, o);
	return { status: answer.status, body: (await answer.json()) as T & Refusal };
}

const read = (as = member) => call<WorkspaceDefaultsResponse>("/workspace/defaults", { as });
const change = (body: object, as = admin) =>
	call<WorkspaceDefaultsResponse>("/workspace/defaults", { as, method: "PATCH", body });
let boxes = 0;
const create = (body: object = {}, as = member) =>
	call<DevboxResponse>("/devboxes", { as, body: { name: `box-${++boxes}`, ...body } });

function problems({ body }: Answer<unknown>): [string, string][] {
	return Array.isArray(body.detail) ? body.detail.map(({ loc, msg }) => [loc.join("."), msg]) : [];
}

describe("the defaults", () => {
	it("are the product's until an admin changes them; every member reads them and no member changes them", async () => {
		expect((await read()).body).toMatchObject({
			version: 0,
			image: { value: "builtin:base", locked: false },
			size: { value: "s", locked: false },
			repository: { value: null, locked: false },
			auto_stop_idle_timeout: { value: "never", locked: false },
			devboxes_per_member: { value: 10, locked: false },
			updated_by: null,
		});
		expect((await change({ version: 0, size: { value: "m" } }, member)).status).toBe(403);
		const changed = await change({ version: 0, size: { value: "large", locked: true } });
		expect(changed.body).toMatchObject({ version: 1, size: { value: "l", locked: true } });
		expect((await read()).body).toMatchObject({ version: 1, size: { value: "l", locked: true } });
	});

	it("decide by a token what runs among secrets only where it may use those inside", async () => {
		const status = async (scopes: Scope[], body: object) => {
			const { token } = await gate.addToken(admin, { scopes });
			const headers = { authorization: `Bearer ${token}` };
			return (await gate.request("/api/v1/workspace/defaults", { method: "PATCH", headers, body })).status;
		};
		const commands = { version: 0, setup_commands: { value: ["env"] } };
		expect(await status(["admin"], commands)).toBe(403);
		expect(await status(["admin", "exec"], { version: 0, repository: { value: { url: "github.com/a/b" } } })).toBe(403);
		expect((await read()).body.version).toBe(0);
		expect(await status(["admin", "exec", "secret:use"], commands)).toBe(200);
		expect(await status(["admin"], { version: 1, size: { value: "m" } })).toBe(200);
	});

	it("are another workspace's business nowhere", async () => {
		const stranger = await gate.addPerson({ role: "owner" });
		await change({ version: 0, size: { value: "xl", locked: true } });
		expect((await read(stranger)).body).toMatchObject({ version: 0, size: { value: "s", locked: false } });
	});

	it("changed by two at once take one change, and tell the other who was first", async () => {
		const both = await Promise.all([
			change({ version: 0, size: { value: "m" } }),
			change({ version: 0, size: { value: "l" } }),
		]);
		expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
		await change({ version: 1, expires_after: { value: "7d" } });
		const late = await change({ version: 1, expires_after: { value: "1d" } });
		expect(late.body.code).toBe("conflict");
		expect(late.body.detail).toMatch(/changed by \w+ meanwhile: they are version 2, and this change was made from 1/);
		expect((await read()).body.expires_after.value).toBe("1w");
	});

	it("take no nonsense, each at its place", async () => {
		const answer = await change({
			version: 0,
			size: { value: "huge" },
			repository: { value: { url: "file:///etc" } },
			setup_timeout_seconds: { value: 5 },
			expires_after: { value: "soon" },
			devboxes_per_member: { value: -1 },
		});
		expect(problems(answer).map(([at]) => at)).toEqual([
			"body.size.value",
			"body.repository.value.url",
			"body.setup_timeout_seconds.value",
			"body.expires_after.value",
			"body.devboxes_per_member.value",
		]);
		expect(problems(await change({ version: 0, image: { value: "gone" } }))).toEqual([
			["body.image.value", 'Unknown image "gone".'],
		]);
		expect(problems(await change({ size: { value: "m" } }))[0]?.[0]).toBe("body.version");
	});
});

describe("a create", () => {
	it("that leaves values out gets the defaults, and says where each value came from", async () => {
		await change({
			version: 0,
			size: { value: "m" },
			repository: { value: { url: "github.com/org/repo", branch: "dev" } },
			setup_commands: { value: ["make"], locked: true },
			auto_stop_idle_timeout: { value: "30m" },
			expires_after: { value: "7d" },
		});
		const { body } = await create({ auto_stop_idle_timeout: "1h" });
		expect(body).toMatchObject({ size: "m", auto_stop_idle_timeout: "1h", expires_after: "1w" });
		expect(body.resolved).toEqual({
			image: { value: "builtin:base", from: "inherited" },
			size: { value: "m", from: "inherited" },
			repository: { value: { url: "github.com/org/repo", branch: "dev" }, from: "inherited" },
			setup_commands: { value: 1, from: "locked" },
			setup_timeout_seconds: { value: 900, from: "inherited" },
			auto_stop_idle_timeout: { value: "1h", from: "given" },
			expires_after: { value: "1w", from: "inherited" },
			network_policy: { value: { mode: "open", egress_domains: [] }, from: "inherited" },
		});
		expect(Date.parse(body.expires_at ?? "") - Date.parse(body.created_at)).toBeCloseTo(7 * 86_400_000, -4);
		const inputs = await gate.db.prisma.devboxInputs.findUniqueOrThrow({ where: { devboxId: body.id } });
		expect(inputs.setupCommands).toEqual(["make"]);
		const repositories = await gate.db.prisma.devboxRepository.findMany({ where: { devboxId: body.id } });
		expect(repositories).toMatchObject([{ url: "https://github.com/org/repo", ref: "dev" }]);
	});

	it("that says none gets none: an empty repository, no checkout, no setup commands", async () => {
		await change({
			version: 0,
			repository: { value: { url: "github.com/org/repo" } },
			setup_commands: { value: ["make"] },
		});
		for (const none of [{ repository: "" }, { no_checkout: true }]) {
			const { body } = await create({ ...none, setup_commands: [] });
			expect(await gate.db.prisma.devboxRepository.count({ where: { devboxId: body.id } })).toBe(0);
			expect(body.resolved?.setup_commands).toEqual({ value: 0, from: "given" });
		}
	});

	it("that differs from a locked value is refused at that field, and makes nothing", async () => {
		await change({ version: 0, size: { value: "m", locked: true } });
		const refused = await create({ size: "l" });
		expect(refused.status).toBe(422);
		expect(problems(refused)).toEqual([
			["body.size", "The workspace fixes the size to m. Leave it out, or ask a workspace admin."],
		]);
		expect(problems(await create({ plan: "large" }))[0]?.[0]).toBe("body.plan");
		expect((await create({ size: "m" })).body.resolved?.size).toEqual({ value: "m", from: "locked" });
		expect((await create({}, admin)).body.size).toBe("m");
	});

	it("past the workspace's quota is refused; an own quota counts unless the workspace's is locked", async () => {
		const few = await gate.addPerson({ role: "member", workspaceId: admin.workspaceId });
		await change({ version: 0, devboxes_per_member: { value: 1 } });
		expect((await create({}, few)).status).toBe(202);
		expect((await create({}, few)).body.code).toBe("quota_exceeded");
		const quota = (devbox_quota: number | null) =>
			call<{ devbox_quota: number }>(`/members/${few.userId}`, { as: admin, method: "PATCH", body: { devbox_quota } });
		expect((await quota(2)).body.devbox_quota).toBe(2);
		expect((await create({}, few)).status).toBe(202);
		await change({ version: 1, devboxes_per_member: { value: 1, locked: true } });
		expect((await create({}, few)).body.code).toBe("quota_exceeded");
		expect(problems(await quota(3))[0]?.[0]).toBe("body.devbox_quota");
		const profile = await call<{ devbox_quota: number }>("/users/me", { as: few });
		expect(profile.body.devbox_quota).toBe(1);
	});
});

describe("the rules of one box", () => {
	const update = (id: string, body: object, as = member) =>
		call<DevboxResponse>(`/devboxes/${id}`, { as, method: "PATCH", body });

	it("are its owner's to change, until the box is destroyed", async () => {
		const id = await gate.addDevbox(member);
		const { body } = await update(id, { auto_stop_idle_timeout: "15m", expires_after: "2h" });
		expect(body).toMatchObject({ auto_stop_idle_timeout: "15m", expires_after: "2h" });
		expect(Date.parse(body.idle_stop_at ?? "")).toBeLessThanOrEqual(Date.now() + 900_000);
		expect((await update(id, { expires_after: "never" })).body).toMatchObject({ expires_at: null });
		expect((await update(id, {}, admin)).status).toBe(404);
		const gone = await gate.addDevbox(member, { state: "destroyed", desiredState: "destroyed", power: "off" });
		expect((await update(gone, { expires_after: "1d" })).body.code).toBe("wrong_state");
	});

	it("that the workspace has locked stay; being used once more is no change", async () => {
		const id = await gate.addDevbox(member);
		await change({
			version: 0,
			auto_stop_idle_timeout: { value: "1h", locked: true },
			expires_after: { value: "7d", locked: true },
		});
		expect(problems(await update(id, { auto_stop_idle_timeout: "never" }))).toEqual([
			[
				"body.auto_stop_idle_timeout",
				"The workspace fixes when an idle devbox stops to 1 hour. Leave it out, or ask a workspace admin.",
			],
		]);
		expect((await update(id, { auto_stop_idle_timeout: "1h" })).status).toBe(200);
		expect(problems(await update(id, { expires_after: "1w" }))[0]?.[0]).toBe("body.expires_after");
	});
});

describe("a newcomer's checklist", () => {
	it("tells what is there, and is put away for this person alone", async () => {
		const steps = async (as: TestPerson) => {
			const { body } = await call<{ is_dismissed: boolean; steps: { id: string; is_done: boolean }[] }>(
				"/users/me/onboarding",
				{ as },
			);
			return { ...Object.fromEntries(body.steps.map(({ id, is_done }) => [id, is_done])), away: body.is_dismissed };
		};
		const newcomer = await gate.addPerson();
		expect(await steps(newcomer)).toMatchObject({ create_devbox: false, make_token: false, away: false });
		await gate.addDevbox(newcomer, { state: "destroyed" });
		await gate.addToken(newcomer);
		await call("/users/me/onboarding", { as: newcomer, method: "PATCH", body: { is_dismissed: true } });
		expect(await steps(newcomer)).toMatchObject({
			create_devbox: true,
			make_token: true,
			open_terminal: false,
			away: true,
		});
		expect(await steps(admin)).toMatchObject({ away: false });
	});
});
