import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type DatabaseGate, openDatabaseGate } from "../testing/database-gate.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let databaseGate: DatabaseGate;
let ann: TestPerson;
let box: string;
const waitMs = 3_000;

beforeAll(async () => {
	gate = await startTestGateway({
		databaseWaitMs: waitMs,
		async routeDatabase(url) {
			databaseGate = await openDatabaseGate(url);
			return databaseGate.url;
		},
	});
	ann = await gate.addPerson();
	box = await gate.addDevbox(ann);
	await gate.request("/api/v1/users/me", { as: ann });
});

afterEach(() => databaseGate.shut().then(() => databaseGate.open()));

afterAll(() => gate.close());

test("while PostgreSQL is away writes are refused at once with the time to retry, and nothing is done", async () => {
	await databaseGate.shut();
	const startedAt = performance.now();
	const refused = await gate.request("/api/v1/devboxes", { as: ann, body: { name: "lost" } });
	expect(performance.now() - startedAt).toBeLessThan(1_500);
	expect(refused.status).toBe(503);
	expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
	expect(await refused.json()).toMatchObject({ code: "unavailable" });
	await databaseGate.open();
	expect(await gate.db.prisma.devbox.count({ where: { name: "lost" } })).toBe(0);
	expect((await gate.request("/api/v1/devboxes", { as: ann, body: { name: "lost" } })).status).toBe(202);
});

test("a GET of one devbox waits for PostgreSQL and then answers, while other reads do not", async () => {
	await databaseGate.shut();
	const waiting = gate.request(`/api/v1/devboxes/${box}`, { as: ann });
	// The session is cached for a second at most: past it every other read says that the database is away.
	await expect
		.poll(async () => (await gate.request("/api/v1/devboxes", { as: ann })).status, { timeout: 2_000 })
		.toBe(503);
	await databaseGate.open();
	const answer = await waiting;
	expect(answer.status).toBe(200);
	expect(await answer.json()).toMatchObject({ id: box, state: "ready" });
});

test("it waits no longer than it may", async () => {
	await databaseGate.shut();
	const startedAt = performance.now();
	const answer = await gate.request(`/api/v1/devboxes/${box}`, { as: ann });
	expect(answer.status).toBe(503);
	expect(performance.now() - startedAt).toBeLessThan(waitMs + 1_500);
});

test("health says which part is away", async () => {
	expect((await gate.request("/healthz")).status).toBe(200);
	await databaseGate.shut();
	await expect
		.poll(async () => (await gate.request("/healthz")).json(), { timeout: 3_000 })
		.toEqual({ status: "degraded", database: false, web: true });
});
