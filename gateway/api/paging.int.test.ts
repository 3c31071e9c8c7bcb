/** Lists page by page, over HTTP, and whole for clients that know no pages. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiBasePath, apiOperations } from "../../lib/contract/api.ts";
import type { ApiOperation } from "../../lib/contract/operation.ts";
import { newId } from "../../lib/domain/ids.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

type Item = { id: string };
type Page = { data: Item[]; next_cursor: string | null };

let gate: TestGateway;
let ada: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	ada = await gate.addPerson();
});
afterAll(() => gate.close());

const ask = (path: string, as = ada) => gate.request(`${apiBasePath}${path}`, { as });
const get = async <T>(path: string): Promise<T> => (await (await ask(path)).json()) as T;
const ids = (items: Item[]) => items.map(({ id }) => id);

async function allPages(path: string, limit: number): Promise<string[]> {
	const seen: string[] = [];
	for (let cursor = ""; ; ) {
		const page = await get<Page>(`${path}?limit=${limit}${cursor}`);
		expect(page.data.length).toBeLessThanOrEqual(limit);
		seen.push(...ids(page.data));
		if (page.next_cursor === null) return seen;
		cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
	}
}

test("devboxes: a bare array, whose last id is the cursor, also of a box that was destroyed meanwhile", async () => {
	for (let n = 0; n < 5; n++) await gate.addDevbox(ada, { name: `box-${n}` });
	const whole = await get<Item[]>("/devboxes");
	expect(whole).toHaveLength(5);
	const first = await get<Item[]>("/devboxes?limit=2");
	expect(ids(first)).toEqual(ids(whole).slice(0, 2));
	const last = first.at(-1)?.id ?? "";
	await gate.db.pool.query("UPDATE devboxes SET state = 'destroyed' WHERE id = $1", [last]);
	const rest = await get<Item[]>(`/devboxes?limit=4&cursor=${last}`);
	expect(ids(rest)).toEqual(ids(whole).slice(2));
});

test("a cursor that is another's or nobody's is 422, and tells nothing", async () => {
	const bob = await gate.addPerson({ workspaceId: ada.workspaceId });
	const his = await gate.addDevbox(bob, { name: "his" });
	for (const path of [`/devboxes?cursor=${his}`, `/devboxes?cursor=${newId("devbox")}`, "/tokens?cursor=x"]) {
		const answer = await ask(path);
		expect(answer.status).toBe(422);
		expect(((await answer.json()) as { detail: { loc: string[] }[] }).detail[0]?.loc).toEqual(["query", "cursor"]);
	}
	expect((await ask("/devboxes?limit=0")).status).toBe(422);
	expect((await ask("/devboxes?limit=1001")).status).toBe(422);
});

test("tokens and operations: all of them once and in order, whatever the size of a page", async () => {
	for (let n = 0; n < 5; n++) await gate.addToken(ada);
	const box = await gate.addDevbox(ada, { name: "with-steps" });
	const runId = newId("run");
	await gate.db.prisma.run.create({ data: { id: runId, devboxId: box, pipeline: "create-devbox" } });
	await gate.db.prisma.operation.createMany({
		data: ["provision", "inject_credentials", "clone_repositories"].map((step, position) => ({
			id: newId("operation"),
			runId,
			devboxId: box,
			position,
			step,
		})),
	});
	for (const path of ["/tokens", `/devboxes/${box}/operations`]) {
		const whole = await get<Page>(path);
		expect(whole.next_cursor).toBeNull();
		expect(whole.data.length).toBeGreaterThanOrEqual(3);
		for (const limit of [1, 2, 1000]) expect(await allPages(path, limit)).toEqual(ids(whole.data));
	}
});

test("every list that has a next page can be asked for it", () => {
	for (const operation of Object.values<ApiOperation>(apiOperations)) {
		const shape = operation.response.body && "shape" in operation.response.body ? operation.response.body.shape : {};
		if (!Object.hasOwn(shape as object, "next_cursor")) continue;
		expect([operation.id, Object.keys(operation.query?.shape ?? {})]).toEqual([
			operation.id,
			expect.arrayContaining(["limit", "cursor"]),
		]);
	}
});
