/** Texts of clients with newlines, escapes, NUL, lone surrogates and a megabyte: in no header of an answer, and bounded in the audit log. */
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let ann: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	ann = await gate.addPerson();
});
afterAll(() => gate.close());

const marker = "x-injected";
const encoded = [
	"%0d%0aX-Injected:%201",
	"%0aX-Injected:1",
	"%00",
	"%1b%5b2J",
	"%ed%a0%80",
	"%e2%80%a8",
	"..%2f..%2f",
	"%ff",
];
const places = (text: string) => [
	`/api/v1/devboxes/${text}`,
	`/api/v1/devboxes/${text}/files/download?path=/${text}`,
	`/api/v1/devboxes?cursor=${text}`,
	`/api/v1/${text}`,
	`/${text}`,
	`/sign-in?next=/${text}`,
	`/api/v1/users/me/github/callback?code=${text}&state=${text}`,
	`/preview/authorize?to=${text}`,
];

/** The whole answer, as it came. */
function send(head: string): Promise<string> {
	return new Promise((resolve) => {
		const socket = connect(gate.gateway.address.port, "127.0.0.1");
		let said = "";
		socket.on("data", (chunk) => {
			said += chunk.toString("latin1");
		});
		socket.on("error", () => undefined);
		socket.on("close", () => resolve(said));
		socket.write(head, "latin1");
	});
}

const request = (path: string, lines: string[] = []) =>
	[`GET ${path} HTTP/1.1`, "Host: devbox.test", `Cookie: ${ann.cookie}`, "Connection: close", ...lines, "", ""].join(
		"\r\n",
	);
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const headOf = (answer: string) => answer.split("\r\n\r\n", 1)[0] ?? "";

test.each(encoded)("%s in any address stays within the line that it is answered in", async (text) => {
	for (const path of places(text)) {
		const answer = await send(request(path));
		expect(`${path} ${statusOf(answer)}`).not.toMatch(/ (NaN|500)$/);
		expect(headOf(answer).toLowerCase()).not.toContain(`\n${marker}`);
		expect(headOf(answer).replaceAll("\r\n", "")).not.toMatch(/[^\x20-\x7e]/);
	}
});

test.each([
	["escapes", "\x1b[2J\x9b31m"],
	["NUL", "\x00"],
	["bytes that are no ASCII", "\u00ff".repeat(100)],
	["20,000 characters", "a".repeat(20_000)],
	["a carriage return", "a\rX-Injected: 1"],
	["a newline", "a\nX-Injected: 1"],
])("header values with %s are refused, or change nothing in the answer", async (_what, text) => {
	for (const name of [
		"User-Agent",
		"X-Forwarded-For",
		"X-Forwarded-Host",
		"Idempotency-Key",
		"Origin",
		"X-Request-Id",
	]) {
		const answer = await send(request("/api/v1/devboxes", [`${name}: ${text}`]));
		expect(`${name} ${statusOf(answer)}`).toMatch(/ (200|400|421|422|431)$/);
		expect(headOf(answer).replaceAll("\r\n", "")).not.toMatch(/[^\x20-\x7e]/);
		expect(headOf(answer).toLowerCase()).not.toContain(`\n${marker}`);
	}
});

test("a megabyte, or what steers a terminal, in what a write names is refused or bounded in the audit log", async () => {
	for (const name of ["x".repeat(900_000), "a\n\u001b[2J\u009b", "\ud800", "\u202e"])
		for (const [path, body] of [
			["/api/v1/secrets", { name, value: "v" }],
			["/api/v1/secrets", { name: "ok", description: name, value: "v" }],
			["/api/v1/devboxes", { name, image: name }],
			["/api/v1/api-tokens", { name }],
			[`/api/v1/devboxes/${encodeURIComponent(name.toWellFormed()).slice(0, 8_000)}/stop`, {}],
		] as const)
			expect((await gate.request(path, { as: ann, body })).status).toBeLessThan(500);
	await gate.gateway.close();
	const events = await gate.db.prisma.auditEvent.findMany();
	expect(events.length).toBeGreaterThan(0);
	for (const event of events)
		expect(
			JSON.stringify(event, (_key, value) => (typeof value === "bigint" ? String(value) : value)).length,
		).toBeLessThan(8_000);
	await gate.restart();
});
