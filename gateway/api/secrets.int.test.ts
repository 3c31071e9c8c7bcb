import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SecretResponse } from "../../lib/contract/secrets.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let ann: TestPerson;
let member: TestPerson;
beforeAll(async () => {
	gate = await startTestGateway();
	ann = await gate.addPerson();
	member = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
});
afterAll(() => gate.close());

async function call(as: TestPerson, method: string, path: string, body?: unknown) {
	const response = await gate.request(`/api/v1${path}`, { as, method, body });
	const text = await response.text();
	return { status: response.status, text, body: text ? JSON.parse(text) : null };
}
async function add(as: TestPerson, fields: object): Promise<SecretResponse> {
	const answer = await call(as, "POST", "/secrets", { value: "s3cret", ...fields });
	expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
	return answer.body;
}
const create = (as: TestPerson, fields: object) => call(as, "POST", "/devboxes", { image: "builtin:base", ...fields });

describe("a secret", () => {
	test("goes in and never comes out, whatever is asked", async () => {
		const { id } = await add(ann, { name: "quiet", value: "s3cret-that-nobody-sees" });
		await call(ann, "PUT", `/secrets/${id}/value`, { value: "s3cret-that-nobody-sees-either" });
		for (const path of [
			`/secrets`,
			`/secrets/${id}`,
			`/secrets/${id}/versions`,
			`/secrets/${id}/uses`,
			"/audit-events",
		]) {
			const answer = await call(ann, "GET", path);
			expect([answer.status, answer.text]).toEqual([200, expect.not.stringContaining("s3cret-that")]);
		}
	});

	test("has 1 byte to 64 KiB without NUL, and the refusal does not quote it", async () => {
		const post = (value: string) => call(ann, "POST", "/secrets", { name: "sized", value });
		for (const value of ["", "s3cret\0", "ä".repeat(32 * 1024 + 1)]) {
			const refused = await post(value);
			expect([refused.status, refused.text.includes("s3cret")]).toEqual([422, false]);
		}
		expect((await post("ä".repeat(32 * 1024))).body).toMatchObject({ size_bytes: 64 * 1024, version: 1 });
	});

	test("is one of its name per owner, and one in all boxes per variable", async () => {
		await add(ann, { name: "twice", env_name: "TWICE", in_all_boxes: true });
		expect((await call(ann, "POST", "/secrets", { name: "twice", value: "x" })).body.code).toBe("conflict");
		const other = { name: "thrice", value: "x", env_name: "TWICE", in_all_boxes: true };
		expect((await call(ann, "POST", "/secrets", other)).body.detail).toContain("as TWICE already");
		await add(ann, { name: "twice", scope: "workspace" });
		await add(member, { name: "twice" });
		expect((await call(ann, "POST", "/secrets", { name: "nameless", value: "x", in_all_boxes: true })).status).toBe(
			422,
		);
	});

	test("keeps its ten newest versions; an older one can be destroyed, or made the newest, the newest never destroyed", async () => {
		const { id } = await add(ann, { name: "versions" });
		for (let n = 2; n <= 12; n++) await call(ann, "PUT", `/secrets/${id}/value`, { value: `v${n}` });
		const versions = (await call(ann, "GET", `/secrets/${id}/versions`)).body.data as { version: number }[];
		expect(versions.map((row) => row.version)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
		expect((await call(ann, "DELETE", `/secrets/${id}/versions/12`)).status).toBe(409);
		expect((await call(ann, "DELETE", `/secrets/${id}/versions/1`)).status).toBe(404);
		expect((await call(ann, "DELETE", `/secrets/${id}/versions/5`)).status).toBe(204);
		expect((await call(ann, "POST", `/secrets/${id}/versions/5/restore`)).status).toBe(409);
		expect((await call(ann, "POST", `/secrets/${id}/versions/4/restore`)).body.secret.version).toBe(13);
	});

	test("of a hundred puts at once is one version after the other, each of which opens", async () => {
		const { id } = await add(ann, { name: "raced" });
		const answers = await Promise.all(
			Array.from({ length: 20 }, (_, n) => call(ann, "PUT", `/secrets/${id}/value`, { value: `r${n}` })),
		);
		expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
		expect((await call(ann, "GET", `/secrets/${id}`)).body.version).toBe(21);
	});

	test("whose bytes were moved from another is refused, and the audit log names it", async () => {
		const [one, other] = [await add(ann, { name: "moved-from" }), await add(ann, { name: "moved-to" })];
		await gate.db.pool.query(
			"UPDATE secret_versions SET sealed = (SELECT sealed FROM secret_versions WHERE secret_id = $1) WHERE secret_id = $2",
			[one.id, other.id],
		);
		const refused = await call(ann, "POST", `/secrets/${other.id}/versions/1/restore`);
		expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining("moved, cut or changed")]);
		await gate.db.pool.query(
			"UPDATE secret_versions SET sealed = substring(sealed FROM 1 FOR 60) WHERE secret_id = $1",
			[one.id],
		);
		expect((await call(ann, "POST", `/secrets/${one.id}/versions/1/restore`)).status).toBe(409);
		const events = await gate.db.prisma.auditEvent.findMany({ where: { action: "secret.refused" } });
		expect(events.map((event) => event.targetName).sort()).toEqual(["moved-from", "moved-to"]);
	});
});

describe("a workspace's secret", () => {
	test("is seen and used by members, and changed by admins alone", async () => {
		const { id } = await add(ann, { name: "shared", scope: "workspace" });
		expect((await call(member, "GET", `/secrets/${id}`)).body).toMatchObject({ name: "shared", can_change: false });
		expect((await call(member, "PUT", `/secrets/${id}/value`, { value: "x" })).status).toBe(403);
		expect((await call(member, "DELETE", `/secrets/${id}`)).status).toBe(403);
		expect((await call(member, "POST", "/secrets", { name: "mine", value: "x", scope: "workspace" })).status).toBe(403);
		expect((await create(member, { name: "uses-shared", env: [{ name: "A", from_secret_id: id }] })).status).toBe(202);
	});

	test("has boxes of others in its uses for an admin, and not for a member", async () => {
		const { id } = await add(ann, { name: "used", scope: "workspace" });
		await create(ann, { name: "anns", env: [{ name: "A", from_secret_id: id }] });
		await create(member, { name: "members", env: [{ name: "A", from_secret_id: id }] });
		const names = async (as: TestPerson) =>
			((await call(as, "GET", `/secrets/${id}/uses`)).body.data as { devbox_name: string }[])
				.map((use) => use.devbox_name)
				.sort();
		expect(await names(ann)).toEqual(["anns", "members"]);
		expect(await names(member)).toEqual(["members"]);
	});
});

describe("a create that names a secret", () => {
	test("of another person is told that there is none, and makes nothing", async () => {
		const { id } = await add(member, { name: "theirs" });
		const refused = await create(ann, { name: "takes-theirs", env: [{ name: "A", from_secret_id: id }] });
		expect([refused.status, refused.body.code]).toEqual([404, "not_found"]);
		expect(await gate.db.prisma.devbox.count({ where: { name: "takes-theirs" } })).toBe(0);
	});

	test("needs the scope secret:use, without which nothing is inherited either", async () => {
		const { id } = await add(ann, { name: "scoped" });
		const { token } = await gate.addToken(ann, { scopes: ["devbox:read", "devbox:write"] });
		const send = (body: object) =>
			gate.request("/api/v1/devboxes", { body, headers: { authorization: `Bearer ${token}` } });
		expect((await send({ name: "scopeless", env: [{ name: "A", from_secret_id: id }] })).status).toBe(403);
		const made = (await (await send({ name: "scopeless" })).json()) as { id: string };
		const inputs = await gate.db.prisma.devboxInputs.findUniqueOrThrow({ where: { devboxId: made.id } });
		expect(inputs.inheritsSecrets).toBe(false);
	});

	test("has each variable once, and says at which entry it is not", async () => {
		const env = [
			{ name: "A", value: "x" },
			{ name: "A", value: "y" },
			{ name: "b", from_secret_id: "sec_x" },
		];
		const refused = await create(ann, { name: "doubled", env });
		expect(refused.status).toBe(422);
		expect(refused.body.detail.map((problem: { loc: unknown[] }) => problem.loc)).toEqual([
			["body", "env", 1, "name"],
			["body", "env", 2, "name"],
		]);
	});
});
