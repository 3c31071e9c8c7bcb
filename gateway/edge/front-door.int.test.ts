import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEvents } from "../testing/event-reader.ts";
import { eventually } from "../testing/eventually.ts";
import { startTestGateway, type TestGateway } from "../testing/test-gateway.ts";

type Answer = { status: number; headers: IncomingHttpHeaders; text: string };
type Echo = { method: string; url: string; headers: Record<string, string>; body: string };

let gate: TestGateway;

beforeAll(async () => {
	gate = await startTestGateway({ env: { DEVBOX_TRUSTED_PROXY: "127.0.0.2" } });
});

afterAll(() => gate.close());

/** With headers that `fetch` does not let through. */
function send(
	path: string,
	o: { headers?: Record<string, string>; from?: string; method?: string; body?: string; port?: number } = {},
) {
	return new Promise<Answer>((resolve, reject) => {
		const { headers, from: localAddress, method, port = gate.gateway.address.port } = o;
		const request = httpRequest({ host: "127.0.0.1", port, path, headers, localAddress, method, agent: false });
		request.on("error", reject);
		request.on("response", (response) => {
			let text = "";
			response.on("data", (chunk) => {
				text += chunk;
			});
			response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
		});
		request.end(o.body);
	});
}

async function echo(path: string, o: Parameters<typeof send>[1] = {}): Promise<Echo> {
	const answer = await send(path, o);
	expect(answer.status).toBe(200);
	return JSON.parse(answer.text) as Echo;
}

describe("the host that is asked for", () => {
	test("must be one of ours: another name that resolves to us gets neither API nor pages", async () => {
		for (const path of ["/", "/api/v1/devboxes", "/healthz", "/api/auth/session"]) {
			const answer = await send(path, { headers: { host: "rebound.example" } });
			expect(answer.status).toBe(421);
			expect(answer.text).toContain("http://devbox.test");
		}
		expect((await send("/healthz", { headers: { host: "devbox.test" } })).status).toBe(200);
	});

	test("is told to stay on https where a proxy that we trust says it came so, and by nobody else", async () => {
		const headers = { host: "devbox.test", "x-forwarded-proto": "https" };
		for (const path of ["/", "/api/v1/devboxes", "/healthz", "/_next/static/chunk.js"]) {
			const trusted = await send(path, { headers, from: "127.0.0.2" });
			expect(trusted.headers["strict-transport-security"]).toBe("max-age=31536000");
			const stranger = await send(path, { headers });
			expect(stranger.headers["strict-transport-security"]).toBeUndefined();
			expect(stranger.headers["x-content-type-options"]).toBe("nosniff");
			expect(stranger.headers["cross-origin-resource-policy"]).toBe("same-origin");
		}
	});

	test("is not taken from X-Forwarded-Host of a stranger, but from a named proxy's", async () => {
		const headers = { host: "rebound.example", "x-forwarded-host": "devbox.test" };
		expect((await send("/", { headers })).status).toBe(421);
		expect((await send("/", { headers, from: "127.0.0.2" })).status).toBe(200);
	});

	test("cannot be talked round by a whole URL as the address", async () => {
		expect((await send("http://devbox.test/", { headers: { host: "devbox.test" } })).status).toBe(400);
	});
});

describe("a preview's name", () => {
	test("gets neither API nor pages, and a name of ours is never one", async () => {
		for (const path of ["/", "/api/v1/users/me", "/healthz", "/sign-in"]) {
			const answer = await send(path, { headers: { host: "3000--web.preview.devbox.test" } });
			expect([answer.status, JSON.parse(answer.text).code], path).toEqual([401, "unauthenticated"]);
		}
		expect((await send("/", { headers: { host: "a.b.preview.devbox.test" } })).status).toBe(421);
		const other = await startTestGateway({ env: { PREVIEW_DOMAIN: "test" } });
		const { port } = other.gateway.address;
		const [ours, preview] = await Promise.all(
			["devbox.test", "web.test"].map((host) => send("/healthz", { port, headers: { host } })),
		);
		await other.close();
		expect([ours?.status, preview?.status]).toEqual([200, 401]);
	});

	test("is none where the server has only an address", async () => {
		const other = await startTestGateway({ env: { PUBLIC_URL: "http://192.0.2.1:3000" } });
		try {
			const ann = await other.addPerson();
			const id = await other.addDevbox(ann);
			const asked = { as: ann, body: { port: 3000 }, headers: { origin: other.origin } };
			const response = await other.request(`/api/v1/devboxes/${id}/previews`, asked);
			expect([response.status, await response.json()]).toMatchObject([501, { code: "not_supported" }]);
			const box = await other.request(`/api/v1/devboxes/${id}`, { as: ann });
			expect(await box.json()).toMatchObject({ access_url: null, preview_url: null });
		} finally {
			await other.close();
		}
	});
});

describe("the way to the web process", () => {
	test("carries method, path, query, body and cookies as they are", async () => {
		const seen = await echo("/boxes/a%2Fb?x=1&x=2", { method: "POST", body: "hello", headers: { cookie: "a=b" } });
		expect(seen).toMatchObject({ method: "POST", url: "/boxes/a%2Fb?x=1&x=2", body: "hello" });
		expect(seen.headers.cookie).toBe("a=b");
	});

	test("lets nobody forge what only a proxy or Next itself may say", async () => {
		const { headers } = await echo("/", {
			headers: {
				host: "devbox.test",
				"x-middleware-subrequest": "proxy",
				"X-Forwarded-For": "6.6.6.6",
				"x-forwarded-proto": "https",
				"x-devbox-user": "root",
				connection: "close, x-hop",
				"x-hop": "1",
			},
		});
		expect(headers).toMatchObject({
			host: "devbox.test",
			"x-forwarded-host": "devbox.test",
			"x-forwarded-proto": "http",
			"x-forwarded-for": "127.0.0.1",
		});
		for (const name of ["x-middleware-subrequest", "x-devbox-user", "x-hop"]) expect(headers).not.toHaveProperty(name);
	});

	test("hands on what a named proxy says about the client", async () => {
		const { headers } = await echo("/", {
			from: "127.0.0.2",
			headers: { host: "devbox.test", "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" },
		});
		expect(headers).toMatchObject({ "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" });
	});

	test("lets no body become a request of its own, whatever its method", async () => {
		const seen: string[] = [];
		const note = ({ url }: IncomingMessage) => void seen.push(url ?? "");
		gate.web.on("request", note);
		const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\nx-middleware-subrequest: proxy\r\n\r\n";
		const headers = { host: "devbox.test", "transfer-encoding": "chunked" };
		const { body } = await echo("/a", { method: "GET", headers, body: smuggled });
		const named = { host: "devbox.test", connection: "content-length", "content-length": String(smuggled.length) };
		const { body: ofNamed } = await echo("/b", { method: "GET", headers: named, body: smuggled });
		gate.web.off("request", note);
		expect([body, ofNamed, seen]).toEqual([smuggled, smuggled, ["/a", "/b"]]);
	});

	test("takes sign-in requests, which are Next's, and gives away nothing about its maker", async () => {
		const answer = await send("/api/auth/session");
		expect(JSON.parse(answer.text)).toMatchObject({ url: "/api/auth/session" });
		expect(answer.headers).not.toHaveProperty("x-powered-by");
	});

	test("has no WebSocket outside development", async () => {
		const socket = connect(gate.gateway.address.port, "127.0.0.1");
		socket.write(
			"GET /_next/webpack-hmr HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		);
		let text = "";
		for await (const chunk of socket) text += chunk;
		expect(text).toMatch(/^HTTP\/1\.1 404 /);
	});
});

describe("a client that asks for an upgrade", () => {
	const upgrade = (host: string) =>
		`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
	const hosts = ["3000--web.preview.devbox.test", "devbox.test", "rebound.example"];

	test("behind a request that is being answered is cut off, and costs nobody else anything", async () => {
		for (const host of hosts) {
			const socket = connect(gate.gateway.address.port, "127.0.0.1");
			socket.on("error", () => socket.destroy());
			socket.write(`GET /a HTTP/1.1\r\nHost: devbox.test\r\n\r\n${upgrade(host)}`);
			for await (const chunk of socket) expect(String(chunk)).not.toContain("HTTP/1.1 401");
		}
		expect((await send("/healthz")).status).toBe(200);
	});

	test("and is gone before it is refused costs nobody else anything", async () => {
		for (let round = 0; round < 30; round++)
			for (const host of hosts) {
				const socket = connect(gate.gateway.address.port, "127.0.0.1");
				socket.on("error", () => socket.destroy());
				socket.write(upgrade(host), () => socket.resetAndDestroy());
				await once(socket, "close");
			}
		expect((await send("/healthz")).status).toBe(200);
	});
});

test("while the web process is away people see a page that comes back by itself, scripts get JSON, and the API answers", async () => {
	const other = await startTestGateway({ env: { DEVBOX_WEB_URL: "http://127.0.0.1:9" } });
	try {
		const page = await other.request("/", { headers: { accept: "text/html,*/*" } });
		expect([page.status, page.headers.get("refresh"), page.headers.get("retry-after")]).toEqual([503, "2", "2"]);
		expect(await page.text()).toContain("starting");
		const data = await other.request("/api/auth/session");
		expect(await data.json()).toMatchObject({ code: "unavailable" });
		expect((await other.request("/api/v1/users/me", { as: await other.addPerson() })).status).toBe(200);
		expect(await (await other.request("/healthz")).json()).toEqual({ status: "degraded", database: true, web: false });
	} finally {
		await other.close();
	}
});

test("a stop tells open streams why, and takes less than 5 seconds", async () => {
	const other = await startTestGateway();
	const person = await other.addPerson();
	const reader = await readEvents(other, person);
	await eventually("the stream", () => reader.events.length > 0);
	const startedAt = performance.now();
	await other.close();
	expect(await reader.ended).toBe("the server restarts");
	expect(performance.now() - startedAt).toBeLessThan(5_000);
});
