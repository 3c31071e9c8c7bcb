import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let ann: TestPerson;
const perMinute = 30;

beforeAll(async () => {
	gate = await startTestGateway({ env: { DEVBOX_RATE_LIMIT: String(perMinute) } });
	ann = await gate.addPerson();
});

afterAll(() => gate.close());

async function statuses(count: number, ask: () => Promise<Response>): Promise<number[]> {
	const answers: number[] = [];
	for (let n = 0; n < count; n++) answers.push((await ask()).status);
	return answers;
}

test("past its requests of a minute a token gets 429 with the time to wait, another one goes on", async () => {
	const { token } = await gate.addToken(ann);
	const headers = { authorization: `Bearer ${token}` };
	const answers = await statuses(perMinute + 1, () => gate.request("/api/v1/sizes", { headers }));
	expect([answers.slice(0, perMinute).every((status) => status === 200), answers.at(-1)]).toEqual([true, 429]);
	const refused = await gate.request("/api/v1/sizes", { headers });
	const seconds = Number(refused.headers.get("retry-after"));
	expect(seconds).toBeGreaterThan(0);
	expect(seconds).toBeLessThanOrEqual(60);
	expect(await refused.json()).toMatchObject({ code: "rate_limited", detail: expect.stringContaining("minute") });
	expect((await gate.request("/api/v1/sizes", { as: ann })).status).toBe(200);
});

test("one devbox may be polled at any rate that a client uses, by a token that has no other request left", async () => {
	const id = await gate.addDevbox(ann);
	const { token } = await gate.addToken(ann);
	const headers = { authorization: `Bearer ${token}` };
	const answers = await statuses(perMinute * 3, () => gate.request(`/api/v1/devboxes/${id}`, { headers }));
	expect(new Set(answers)).toEqual(new Set([200]));
});
