import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { hashToken } from "../../lib/db/token-hash.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { eventually } from "../testing/eventually.ts";
import { type Browser, type PreviewWorld, startPreviewWorld } from "../testing/preview-world.ts";
import { signIn, type TestPerson } from "../testing/test-gateway.ts";

const domain = "preview.devbox.test";
const page = { accept: "text/html" };

let world: PreviewWorld;
let ann: TestPerson;
let bob: TestPerson;
let web: string;
let port: number;
let chrome: Browser;
let seen: { url: string; headers: Record<string, string | string[] | undefined> }[] = [];

const at = (label: string, path = "/", of: number | null = port) =>
	`http://${of === null ? label : `${of}--${label}`}.${domain}${path}`;

beforeAll(async () => {
	world = await startPreviewWorld();
	ann = await world.gate.addPerson();
	bob = await world.gate.addPerson({ workspaceId: ann.workspaceId });
	web = await world.gate.addDevbox(ann, { name: "web" });
	const app = await world.listen((request, response) => {
		seen.push({ url: request.url ?? "", headers: request.headers });
		response.setHeader("set-cookie", ["sid=1; Domain=devbox.test", "devbox_session=evil; Path=/"]);
		response.end(`hello from ${request.url}`);
	});
	port = app.port;
	const sockets = new WebSocketServer({ server: app.server });
	sockets.on("connection", (socket) =>
		socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
	);
	chrome = world.browser(ann);
});

afterAll(() => world.close());

/** Resolves with the status when the upgrade is refused. */
function openSocket(browser: Browser, url: string, headers: Record<string, string> = {}): Promise<WebSocket | number> {
	const { host, pathname } = new URL(url);
	const socket = new WebSocket(`ws://127.0.0.1:${world.gate.gateway.address.port}${pathname}`, {
		headers: { host, origin: `http://${host}`, cookie: browser.cookie(host), ...headers },
	});
	return new Promise((resolve, reject) => {
		socket.on("open", () => resolve(socket));
		socket.on("unexpected-response", (_request, response) => {
			resolve(response.statusCode ?? 0);
			socket.terminate();
		});
		socket.on("error", reject);
	});
}

async function ticketFor(person: TestPerson, devbox: string, of = port): Promise<string> {
	const asked = { as: person, body: { port: of, path: "/from-link?a=b" } };
	const response = await world.gate.request(`/api/v1/devboxes/${devbox}/previews`, asked);
	expect(response.status).toBe(201);
	return ((await response.json()) as { url: string }).url;
}

describe("the way to a preview", () => {
	test("leads a signed-in owner by the dashboard to the page they asked for, without a trace in the address", async () => {
		const answer = await chrome.visit(at("web", "/a/b?c=d&e=%20f"));
		expect([answer.status, answer.text]).toEqual([200, "hello from /a/b?c=d&e=%20f"]);
		expect(answer.url).toBe(at("web", "/a/b?c=d&e=%20f"));
		expect(answer.visited.map((url) => new URL(url).host)).toEqual([
			`${port}--web.${domain}`,
			"devbox.test",
			`${port}--web.${domain}`,
			`${port}--web.${domain}`,
		]);
		expect((await chrome.send(at("web", "/again"))).text).toBe("hello from /again");
	});

	test("stands in the audit log once", async () => {
		const told = await world.gate.db.prisma.auditEvent.findMany({ where: { action: "preview.open" } });
		expect(told).toMatchObject([{ actorKind: "session", outcome: "success", targetName: "web", detail: { port } }]);
	});

	test("leaves what the devbox gets without any credential of ours, and what it sets without our names", async () => {
		seen = [];
		const cookie = `${chrome.cookie(`${port}--web.${domain}`)}; devbox_session=stolen; own=1`;
		const headers = { cookie, authorization: "Bearer devbox_pat_x", "x-provider-token": "devbox_svc_x" };
		const answer = await chrome.send(at("web", "/headers"), { headers });
		expect(answer.headers["set-cookie"]).toEqual(["sid=1"]);
		const [got] = seen;
		expect(JSON.stringify(got)).not.toMatch(/devbox_/);
		expect(got?.headers).toMatchObject({
			host: `${port}--web.${domain}`,
			cookie: "sid=1; own=1",
			"x-forwarded-host": `${port}--web.${domain}`,
			"x-forwarded-proto": "http",
			"x-forwarded-for": "127.0.0.1",
		});
		expect((await chrome.send(at("web"), { headers: { authorization: "Bearer app" } })).status).toBe(200);
		expect(seen[1]?.headers.authorization).toBe("Bearer app");
	});

	test("goes through the sign-in page for who is not signed in, and back", async () => {
		const answer = await world.browser().visit(at("web", "/x"));
		// What stands in for Next tells what it was asked.
		const { url } = JSON.parse(answer.text) as { url: string };
		const next = new URL(url, "http://devbox.test").searchParams.get("next") ?? "";
		expect(url).toMatch(/^\/sign-in\?/);
		expect((await chrome.visit(`http://devbox.test${next}`)).text).toBe("hello from /x");
	});

	test("is open by the instance's name as well, which is an origin of its own", async () => {
		const answer = await world.browser(ann).visit(at(instanceName(web), "/i"));
		expect(answer.text).toBe("hello from /i");
	});

	test("never ends at another server, however the path is spelled", async () => {
		for (const path of ["//evil.example/x", "/..//evil.example/x", "/\\evil.example"]) {
			const url = new URL(await ticketFor(ann, web));
			url.searchParams.set("to", path);
			const answer = await world.browser().send(url.href);
			expect(answer.status).toBe(303);
			expect(new URL(answer.headers.location ?? "").host).toBe(url.host);
		}
	});
});

describe("who gets nothing", () => {
	test("a program or a page without a session: no redirect, no word about the devbox", async () => {
		seen = [];
		const nobody = world.browser();
		const of = async (label: string, o: Parameters<Browser["send"]>[1]) => nobody.send(at(label), o);
		for (const o of [
			{ method: "POST", headers: page },
			{ headers: { accept: "*/*" } },
			{ headers: { ...page, "sec-fetch-mode": "cors" } },
			{ method: "HEAD", headers: page },
		]) {
			const [real, unreal] = [await of("web", o), await of("nothere", o)];
			expect(real.status).toBe(401);
			expect([unreal.status, unreal.text]).toEqual([real.status, real.text]);
		}
		expect(await openSocket(nobody, at("web"))).toBe(401);
		const forged = world.browser();
		forged.setCookie(`${port}--web.${domain}`, `devbox_preview=${"A".repeat(43)}`);
		expect((await forged.send(at("web"))).status).toBe(401);
		expect(seen).toEqual([]);
	});

	test("another person of the workspace, who cannot tell a foreign devbox from none", async () => {
		const firefox = world.browser(bob);
		const [foreign, none] = [await firefox.visit(at("web")), await firefox.visit(at("nothere"))];
		expect([foreign.status, none.status]).toEqual([404, 404]);
		const neutral = (text: string) => text.replaceAll(/nonce[^>]*/g, "");
		expect(neutral(foreign.text)).toBe(neutral(none.text));
		expect(foreign.text).not.toContain("web");
		const asked = { as: bob, body: { port } };
		expect((await world.gate.request(`/api/v1/devboxes/${web}/previews`, asked)).status).toBe(404);
	});

	test("a session of one port on another, or of one devbox on another", async () => {
		const cookie = chrome.cookie(`${port}--web.${domain}`);
		await world.gate.addDevbox(ann, { name: "other" });
		for (const url of [at("web", "/", port + 1), at("other"), at("web", "/", null)])
			expect((await world.browser().send(url, { headers: { cookie } })).status, url).toBe(401);
	});

	test("the dashboard's session is no key to a preview, nor a preview's to the dashboard", async () => {
		expect((await world.browser().send(at("web"), { headers: { cookie: ann.cookie } })).status).toBe(401);
		const cookie = chrome.cookie(`${port}--web.${domain}`).replace("devbox_preview=", "devbox_session=");
		expect((await world.gate.request("/api/v1/users/me", { headers: { cookie } })).status).toBe(401);
	});

	test("pages of another devbox, though the browser sends the visitor's cookie along", async () => {
		seen = [];
		const evil = `http://3000--evil.${domain}`;
		const post = { method: "POST", headers: { origin: evil, "sec-fetch-site": "same-site" } };
		expect((await chrome.send(at("web"), post)).status).toBe(403);
		const script = { headers: { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", referer: `${evil}/` } };
		expect((await chrome.send(at("web"), script)).status).toBe(403);
		expect(await openSocket(chrome, at("web"), { origin: evil })).toBe(403);
		expect(seen).toEqual([]);
		const own = { method: "POST", headers: { origin: `http://8000--web.${domain}`, "sec-fetch-site": "same-site" } };
		expect((await chrome.send(at("web"), own)).status).toBe(200);
	});
});

describe("a ticket", () => {
	test("opens one preview once, in a browser that knows no dashboard", async () => {
		const url = await ticketFor(ann, web);
		const first = world.browser();
		expect((await first.visit(url)).text).toBe("hello from /from-link?a=b");
		expect((await world.browser().send(url, { headers: page })).status).toBe(403);
		// Who has a session here already may open it again.
		expect((await first.visit(url)).text).toBe("hello from /from-link?a=b");
	});

	test("is worth nothing on another port, for another devbox, or after its time", async () => {
		await world.gate.addDevbox(ann, { name: "second" });
		for (const host of [`${port + 1}--web.${domain}`, `${port}--second.${domain}`, `web.${domain}`]) {
			const url = new URL(await ticketFor(ann, web));
			url.host = host;
			expect((await world.browser().send(url.href, { headers: page })).status, host).toBe(403);
		}
		const url = await ticketFor(ann, web);
		const tokenHash = hashToken(new URL(url).searchParams.get("ticket") ?? "");
		await world.gate.db.prisma.previewTicket.update({ where: { tokenHash }, data: { expiresAt: new Date(0) } });
		expect((await world.browser().send(url, { headers: page })).status).toBe(403);
	});

	test("does not open what its token, or the service that asked with it, may not open any more", async () => {
		for (const revoked of ["personal", "provider"] as const) {
			const tokens = {
				personal: await world.gate.addToken(ann),
				provider: await world.gate.addToken(ann, { kind: "provider" }),
			};
			const response = await world.gate.request(`/api/v1/devboxes/${web}/previews`, {
				body: { port },
				headers: { authorization: `Bearer ${tokens.personal.token}`, "x-provider-token": tokens.provider.token },
			});
			const { url } = (await response.json()) as { url: string };
			const browser = world.browser();
			expect((await browser.visit(url)).text).toBe("hello from /");
			const { id } = tokens[revoked];
			await world.gate.db.prisma.apiToken.update({ where: { id }, data: { revokedAt: new Date() } });
			await eventually("the end", async () => (await browser.send(at("web"))).status === 401);
		}
	});

	test("under a name that two workspaces use is for the instance's name, so that no origin is shared", async () => {
		const eve = await world.gate.addPerson();
		const [mine, theirs] = [
			await world.gate.addDevbox(ann, { name: "twin" }),
			await world.gate.addDevbox(eve, { name: "twin" }),
		];
		for (const [person, box] of [
			[ann, mine],
			[eve, theirs],
		] as const) {
			const answer = await world.browser(person).visit(at("twin", "/t"));
			expect(answer.text).toBe("hello from /t");
			expect(new URL(answer.url).host).toBe(`${port}--${instanceName(box)}.${domain}`);
		}
		const url = new URL(await ticketFor(eve, theirs));
		url.host = `${port}--twin.${domain}`;
		expect((await world.browser(ann).send(url.href, { headers: page })).status).toBe(403);
	});
});

describe("the end of a preview", () => {
	test("comes within two seconds of the dashboard session's, for requests, streams and WebSockets", async () => {
		const session = await signIn(world.gate.db, ann);
		const browser = world.browser(session);
		await browser.visit(at("web"));
		const socket = await openSocket(browser, at("web", "/ws"));
		if (typeof socket === "number") throw new Error(`refused with ${socket}`);
		const closed = new Promise((resolve) => socket.on("close", resolve));
		const startedAt = performance.now();
		await world.gate.request(`/api/v1/users/me/sessions/${session.sessionId}`, { as: ann, method: "DELETE" });
		await closed;
		await eventually("the end", async () => (await browser.send(at("web"))).status === 401);
		expect(performance.now() - startedAt).toBeLessThan(2_000);
	});

	test("is a page that says what became of the devbox, to its owner", async () => {
		const box = await world.gate.addDevbox(ann, { name: "brief" });
		expect((await chrome.visit(at("brief"))).status).toBe(200);
		const cases = [
			[{ state: "stopped", power: "off", desiredState: "stopped" }, 503, "brief is stopped"],
			[{ state: "failed", power: "off" }, 503, "brief has failed"],
			[
				{ state: "destroyed", power: "off", desiredState: "destroyed", reason: "<b>gone</b>" },
				410,
				"brief was destroyed",
			],
		] as const;
		for (const [data, status, title] of cases) {
			await world.gate.db.prisma.devbox.update({ where: { id: box }, data });
			const answer = await eventually(title, async () => {
				const answer = await chrome.send(at("brief"), { headers: page });
				return answer.text.includes(title) ? answer : null;
			});
			expect(answer.status).toBe(status);
			expect(answer.text).toContain(`http://devbox.test/devboxes/${box}`);
			expect(answer.text).not.toContain("<b>gone");
		}
		expect(await openSocket(chrome, at("brief"))).toBe(410);
	});
});

describe("the address of a devbox", () => {
	test("is in the API as long as the devbox is ready, with a template for its ports", async () => {
		const read = async (id: string) => (await world.gate.request(`/api/v1/devboxes/${id}`, { as: ann })).json();
		expect(await read(web)).toMatchObject({
			access_url: `http://web.${domain}`,
			preview_url: `http://{port}--web.${domain}`,
		});
		const stopped = await world.gate.addDevbox(ann, { name: "cold", state: "stopped", power: "off" });
		expect(await read(stopped)).toMatchObject({ access_url: null, preview_url: `http://{port}--cold.${domain}` });
	});

	test("lists what listens in it", async () => {
		const answer = await chrome.visit(at("web", "/", null));
		// Its loopback is this machine's, where more than one thing listens.
		expect(answer.status).toBe(200);
		expect(answer.text).toContain(`href="${at("web")}"`);
		expect(answer.text).not.toContain("//22--web");
	});
});
