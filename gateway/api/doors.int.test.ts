/** The ways in that are no operation of the table, by who asks: what each is answered follows from the person alone. */
import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn, startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

const visitors = ["owner", "peer", "admin", "stranger", "revoked", "expired", "nobody"] as const;
type Visitor = (typeof visitors)[number];

let gate: TestGateway;
let people: Record<Visitor, TestPerson | undefined>;
let devbox: string;

beforeAll(async () => {
	gate = await startTestGateway({ env: { PUBLIC_URL: "http://devbox.test", PREVIEW_DOMAIN: "preview.devbox.test" } });
	const owner = await gate.addPerson({ role: "member" });
	const { workspaceId } = owner;
	const [revoked, expired] = [await signIn(gate.db, owner), await signIn(gate.db, owner)];
	const { session } = gate.db.prisma;
	await session.update({ where: { id: revoked.sessionId }, data: { revokedAt: new Date() } });
	await session.update({ where: { id: expired.sessionId }, data: { expiresAt: new Date(0) } });
	const peer = await gate.addPerson({ role: "member", workspaceId });
	const admin = await gate.addPerson({ role: "admin", workspaceId });
	people = { owner, peer, admin, stranger: await gate.addPerson(), revoked, expired, nobody: undefined };
	devbox = await gate.addDevbox(owner, { name: "work" });
});

afterAll(() => gate.close());

type Answer = { status: number; location: string | undefined };

function ask(path: string, o: { as: TestPerson | undefined; headers?: Record<string, string> }): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const cookie = o.as ? { cookie: o.as.cookie } : {};
		const request = httpRequest({
			host: "127.0.0.1",
			port: gate.gateway.address.port,
			path,
			agent: false,
			headers: { host: "devbox.test", ...cookie, ...o.headers },
		});
		request.on("error", reject);
		request.on("upgrade", (response, socket) => {
			socket.destroy();
			resolve({ status: response.statusCode ?? 0, location: undefined });
		});
		request.on("response", (response) => {
			response.destroy();
			resolve({ status: response.statusCode ?? 0, location: response.headers.location });
		});
		request.end();
	});
}

/** Sessions that are no more are told apart from nobody by nothing. */
const isSignedIn = (visitor: Visitor) => !["revoked", "expired", "nobody"].includes(visitor);

describe.each(visitors)("%s", (visitor) => {
	test("opens a terminal's WebSocket only with a session that lives, and never from another site", async () => {
		const upgrade = (origin: string) =>
			ask("/api/v1/terminal?ticket=none", {
				as: people[visitor],
				headers: {
					connection: "Upgrade",
					upgrade: "websocket",
					origin,
					"sec-websocket-version": "13",
					"sec-websocket-key": randomBytes(16).toString("base64"),
				},
			});
		expect((await upgrade("http://devbox.test")).status).toBe(isSignedIn(visitor) ? 101 : 401);
		for (const origin of ["http://evil.example", "null", "http://work.preview.devbox.test"])
			expect((await upgrade(origin)).status).toBe(403);
	});

	test("is handed over to a preview only as the devbox's owner; who is not signed in goes to the sign-in page", async () => {
		for (const name of ["work", devbox.replace("_", "-")]) {
			const answer = await ask(`/preview/authorize?preview=3000--${name}&path=/`, { as: people[visitor] });
			if (!isSignedIn(visitor)) expect(answer.location).toMatch(/^\/sign-in\?/);
			else if (visitor === "owner")
				expect(answer.location).toMatch(/preview\.devbox\.test.*\/\.devbox\/preview\?ticket=/);
			else expect(answer).toEqual({ status: 404, location: undefined });
		}
	});

	test("gets no ticket and no link for a devbox of another", async () => {
		for (const [path, body] of [
			["terminal-tickets", {}],
			["previews", { port: 3000 }],
		] as const) {
			const response = await gate.request(`/api/v1/devboxes/${devbox}/${path}`, { as: people[visitor], body });
			expect(response.status).toBe(visitor === "owner" ? 201 : isSignedIn(visitor) ? 404 : 401);
		}
	});
});

describe("what belongs to somebody else opens nothing", () => {
	test("an Idempotency-Key of another person is a key that was never used", async () => {
		const headers = { "idempotency-key": "shared-key" };
		const made = async (as: TestPerson | undefined, name: string) => {
			const response = await gate.request("/api/v1/devboxes", { as, headers, body: { name } });
			return { status: response.status, ...((await response.json()) as { id: string; owner: { id: string } }) };
		};
		const first = await made(people.owner, "idem-a");
		const second = await made(people.peer, "idem-b");
		expect([first.status, second.status]).toEqual([202, 202]);
		expect(second.id).not.toBe(first.id);
		expect(second.owner.id).toBe(people.peer?.userId);
	});

	test("a cursor of another's list shows nothing of it", async () => {
		const response = await gate.request(`/api/v1/devboxes/${devbox}/execs?cursor=zzzzzzzzz.exe_0000000000000000`, {
			as: people.peer,
		});
		expect(response.status).toBe(404);
	});

	test("a secret of another person or workspace cannot be brought into a devbox, and is not told from none", async () => {
		const put = await gate.request("/api/v1/secrets", { as: people.owner, body: { name: "mine", value: "marked" } });
		expect(put.status).toBe(201);
		const { id } = (await put.json()) as { id: string };
		const answers: string[] = [];
		for (const [as, from_secret_id] of [
			[people.peer, id],
			[people.stranger, id],
			[people.peer, "sec_0000000000000000"],
		] as const) {
			const body = { name: "thief", env: [{ name: "STOLEN", from_secret_id }] };
			const response = await gate.request("/api/v1/devboxes", { as, body });
			const text = (await response.text()).replaceAll(/req_\w+|sec_\w+/g, "<id>");
			answers.push(`${response.status} ${text}`);
		}
		expect(answers[0]).toMatch(/^4/);
		expect(new Set(answers).size).toBe(1);
	});
});
