import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { apiOperations } from "../../lib/contract/api.ts";
import { type DatabaseGate, openDatabaseGate } from "../testing/database-gate.ts";
import { type EventReader, readEvents } from "../testing/event-reader.ts";
import { eventually } from "../testing/eventually.ts";
import { signIn, startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";
import { streamsPerCredentialMax } from "./event-streams.ts";

let gate: TestGateway;
let databaseGate: DatabaseGate;
let ann: TestPerson;
let bob: TestPerson;
const open = new Set<EventReader>();

beforeAll(async () => {
	gate = await startTestGateway({
		async routeDatabase(url) {
			databaseGate = await openDatabaseGate(url);
			return databaseGate.url;
		},
	});
	ann = await gate.addPerson();
	bob = await gate.addPerson({ workspaceId: ann.workspaceId });
});

afterEach(() => {
	for (const reader of open) reader.close();
	open.clear();
});

afterAll(() => gate.close());

async function listen(person: TestPerson): Promise<EventReader> {
	const reader = await readEvents(gate, person);
	open.add(reader);
	return reader;
}

function devboxesIn(reader: EventReader): { id: string; state: string }[] {
	return reader.events
		.filter(({ event }) => event === "devbox")
		.map(({ data }) => data as { id: string; state: string });
}

describe("live events", () => {
	test("begin with resync, and then say what changed as the API says it", async () => {
		const reader = await listen(ann);
		await eventually("resync", () => reader.events[0]?.event === "resync");
		const created = await gate.request("/api/v1/devboxes", { as: ann, body: { name: "watched" } });
		const { id } = (await created.json()) as { id: string };
		const box = await eventually("the new box", () => devboxesIn(reader).find((devbox) => devbox.id === id));
		apiOperations.getDevbox.response.body.parse(box);
		const operations = await eventually("its operations", () =>
			reader.events.find(({ event }) => event === "operations"),
		);
		const { devbox_id, operations: steps } = operations.data as { devbox_id: string; operations: unknown };
		expect(devbox_id).toBe(id);
		apiOperations.listOperations.response.body.parse({ data: steps, next_cursor: null });
	});

	test("never tell one person of another's boxes, though they share the workspace", async () => {
		const [ofAnn, ofBob] = [await listen(ann), await listen(bob)];
		const annsBox = await gate.addDevbox(ann);
		const bobsBox = await gate.addDevbox(bob);
		await eventually("Bob's own box", () => devboxesIn(ofBob).some(({ id }) => id === bobsBox));
		await eventually("Ann's own box", () => devboxesIn(ofAnn).some(({ id }) => id === annsBox));
		expect(JSON.stringify(ofAnn.events)).not.toContain(bobsBox);
		expect(JSON.stringify(ofBob.events)).not.toContain(annsBox);
	});

	test("a burst is told a few times, and its end always", async () => {
		const id = await gate.addDevbox(ann);
		const reader = await listen(ann);
		for (let step = 1; step <= 200; step++)
			await gate.db.prisma.devbox.update({ where: { id }, data: { reason: `step ${step}` } });
		await eventually("the last state", () => JSON.stringify(reader.events).includes("step 200"));
		expect(devboxesIn(reader).length).toBeLessThan(100);
	});

	test("end within a second once the session is revoked", async () => {
		const browser = await signIn(gate.db, ann);
		const reader = await listen(browser);
		const startedAt = performance.now();
		await gate.request(`/api/v1/users/me/sessions/${browser.sessionId}`, { as: ann, method: "DELETE" });
		expect(await reader.ended).toBe("your session has ended");
		expect(performance.now() - startedAt).toBeLessThan(1_000);
	});

	test("end when the session's time is over", async () => {
		const browser = await signIn(gate.db, ann);
		const expiresAt = new Date(Date.now() + 1_500);
		await gate.db.prisma.session.update({ where: { id: browser.sessionId }, data: { expiresAt } });
		const reader = await listen(browser);
		expect(await reader.ended).toBe("your session has ended");
		expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
	});

	test("are bounded in number per session, and a closed one makes room", async () => {
		const browser = await signIn(gate.db, bob);
		const readers: EventReader[] = [];
		for (let n = 0; n < streamsPerCredentialMax; n++) readers.push(await listen(browser));
		const refused = await gate.request("/api/v1/events", { as: browser });
		expect(refused.status).toBe(429);
		expect(refused.headers.get("retry-after")).toBe("10");
		readers[0]?.close();
		await eventually("a free place", async () => {
			const abort = new AbortController();
			const response = await gate.request("/api/v1/events", { as: browser, signal: abort.signal });
			abort.abort();
			return response.status === 200;
		});
	});

	test("say resync after a gap in the connection to the database, and go on", async () => {
		const reader = await listen(ann);
		await eventually("the first resync", () => reader.events[0]?.event === "resync");
		await databaseGate.shut();
		const missed = await gate.addDevbox(ann);
		await databaseGate.open();
		await eventually("another resync", () => reader.events.filter(({ event }) => event === "resync").length >= 2);
		expect(devboxesIn(reader).some(({ id }) => id === missed)).toBe(false);
		const next = await gate.addDevbox(ann);
		await eventually("what came after", () => devboxesIn(reader).some(({ id }) => id === next));
	});
});
