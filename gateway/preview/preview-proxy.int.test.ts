import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { eventually } from "../testing/eventually.ts";
import { type Browser, type PreviewWorld, rawRequest, startPreviewWorld } from "../testing/preview-world.ts";
import type { TestPerson } from "../testing/test-gateway.ts";

const page = { accept: "text/html" };
const mebibyte = 1024 * 1024;
const largeBytes = 100 * mebibyte;

let world: PreviewWorld;
let ann: TestPerson;
let browser: Browser;
let port: number;
let gatewayPort: number;

const host = (of = port) => `${of}--web.preview.devbox.test`;
const at = (path: string, of = port) => `http://${host(of)}${path}`;

/** Signs the browser in to another port. */
async function allow(of: number): Promise<number> {
	await browser.visit(at("/", of));
	return of;
}

beforeAll(async () => {
	world = await startPreviewWorld();
	ann = await world.gate.addPerson();
	await world.gate.addDevbox(ann, { name: "web" });
	browser = world.browser(ann);
	gatewayPort = world.gate.gateway.address.port;
	const app = await world.listen(application);
	port = await allow(app.port);
	const sockets = new WebSocketServer({ server: app.server, maxPayload: 64 * mebibyte });
	sockets.on("connection", (socket, request) => {
		socket.send(JSON.stringify({ url: request.url, headers: request.headers }));
		socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
	});
});

afterAll(() => world.close());

const application: RequestListener = (request, response) => {
	const { pathname, searchParams } = new URL(request.url ?? "/", "http://box");
	if (pathname === "/digest") return digest(request).then((text) => void response.end(text));
	if (pathname === "/large") return void pour(response, Number(searchParams.get("bytes")));
	if (pathname === "/refuse-body") {
		response.writeHead(413, { connection: "close" });
		return void response.end("too large");
	}
	if (pathname === "/events") {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.flushHeaders();
		if (searchParams.has("late")) return;
		response.write("data: first\n\n");
		return;
	}
	if (pathname === "/status") {
		response.writeHead(Number(searchParams.get("code")), { location: "/elsewhere", "x-app": "1" });
		return void response.end();
	}
	response.setHeader("x-remote-port", String(request.socket.remotePort));
	response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers }));
};

async function digest(stream: IncomingMessage): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of stream) hash.update(chunk as Buffer);
	return hash.digest("hex");
}

async function pour(response: NodeJS.WritableStream, bytes: number): Promise<void> {
	const piece = Buffer.alloc(64 * 1024, "x");
	for (let left = bytes; left > 0; left -= piece.length)
		if (!response.write(piece.subarray(0, left))) await new Promise((resolve) => response.once("drain", resolve));
	response.end();
}

describe("requests and answers", () => {
	test("pass with every method, path and status as they are", async () => {
		for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
			const answer = await browser.send(at("/a%2Fb//c/../d?x=1&x=%20"), { method });
			expect(JSON.parse(answer.text), method).toMatchObject({ method, url: "/a%2Fb//d?x=1&x=%20" });
		}
		for (const code of [204, 304, 404, 500]) {
			const answer = await browser.send(at(`/status?code=${code}`));
			expect([answer.status, answer.headers["x-app"], answer.headers.location]).toEqual([code, "1", "/elsewhere"]);
		}
	});

	test("HEAD answers with the headers of GET and no body", async () => {
		const answer = await browser.send(at("/"), { method: "HEAD" });
		expect([answer.status, answer.text]).toEqual([200, ""]);
		expect(answer.headers).toHaveProperty("x-remote-port");
	});

	test("a body passes with a length and without one, byte for byte", async () => {
		const body = randomBytes(3 * mebibyte);
		const sum = createHash("sha256").update(body).digest("hex");
		expect((await browser.send(at("/digest"), { method: "POST", body })).text).toBe(sum);
		const headers = { "transfer-encoding": "chunked" };
		expect((await browser.send(at("/digest"), { method: "POST", body, headers })).text).toBe(sum);
		expect((await browser.send(at("/digest"), { method: "DELETE", body, headers })).text).toBe(sum);
	});

	test("a body in chunks under GET cannot become a request of its own", async () => {
		const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
		const answer = await rawRequest(
			gatewayPort,
			[
				"GET /digest HTTP/1.1",
				`Host: ${host()}`,
				`Cookie: ${browser.cookie(host())}`,
				"Transfer-Encoding: chunked",
				"Connection: close",
				"",
				`${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
			].join("\r\n"),
		);
		expect(answer).toContain(createHash("sha256").update(smuggled).digest("hex"));
		expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
	});

	test("the connection into the devbox is used again, by one request at a time", async () => {
		const ports = new Set<unknown>();
		for (let n = 0; n < 5; n++) ports.add((await browser.send(at("/"))).headers["x-remote-port"]);
		expect(ports.size).toBe(1);
		const many = await Promise.all(Array.from({ length: 150 }, () => browser.send(at("/"))));
		expect(many.every(({ status }) => status === 200)).toBe(true);
	});

	test("a connection that the devbox has closed meanwhile is not noticed", async () => {
		const once = await world.listenRaw((socket) => {
			socket.once("data", () => {
				socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
				// Kept alive by its words, gone at the next request.
				socket.once("data", () => socket.destroy());
			});
		});
		await allow(once);
		for (let n = 0; n < 4; n++) expect((await browser.send(at("/", once))).text).toBe("ok");
	});

	test("what listens on IPv6 alone is found", async () => {
		const six = await world.listenRaw((socket) => {
			socket.once("data", () => socket.end("HTTP/1.0 200 OK\r\n\r\nsix"));
		}, "::1");
		await allow(six);
		expect((await browser.send(at("/", six))).text).toBe("six");
	});
});

describe("streams", () => {
	test("an event arrives while its stream is open, and the head of a silent one", async () => {
		const stream = await browser.open(at("/events"));
		const [first] = await once(stream, "data");
		expect(String(first)).toBe("data: first\n\n");
		stream.destroy();
		const silent = await browser.open(at("/events?late"));
		expect(silent.headers["content-type"]).toBe("text/event-stream");
		silent.destroy();
	});

	test("100 MB down to a reader that waits stay in the devbox, and arrive whole", async () => {
		const stream = await browser.open(at(`/large?bytes=${largeBytes}`));
		const before = process.memoryUsage().rss;
		await settled(() => stream.readableLength);
		expect(process.memoryUsage().rss - before).toBeLessThan(60 * mebibyte);
		let bytes = 0;
		for await (const chunk of stream) bytes += (chunk as Buffer).length;
		expect(bytes).toBe(largeBytes);
	});

	test("100 MB up arrive whole, and memory does not grow with them", async () => {
		const piece = randomBytes(mebibyte);
		const hash = createHash("sha256");
		const socket = connect(gatewayPort, "127.0.0.1");
		socket.write(
			`POST /digest HTTP/1.1\r\nHost: ${host()}\r\nCookie: ${browser.cookie(host())}\r\nContent-Length: ${largeBytes}\r\nConnection: close\r\n\r\n`,
		);
		let said = "";
		socket.on("data", (chunk) => {
			said += String(chunk);
		});
		const closed = once(socket, "close");
		let peak = 0;
		const before = process.memoryUsage().rss;
		for (let sent = 0; sent < largeBytes; sent += piece.length) {
			hash.update(piece);
			if (!socket.write(piece)) await once(socket, "drain");
			peak = Math.max(peak, process.memoryUsage().rss - before);
		}
		await closed;
		expect(said).toContain(hash.digest("hex"));
		expect(peak).toBeLessThan(80 * mebibyte);
	});

	test("an answer that comes before the body was sent is heard", async () => {
		const answer = await browser.send(at("/refuse-body"), { method: "POST", body: randomBytes(2 * mebibyte) });
		expect([answer.status, answer.text]).toEqual([413, "too large"]);
	});

	test("a reader that leaves ends the request in the devbox", async () => {
		let ended = 0;
		const app = await world.listen((request, response) => {
			if (request.url !== "/stay") return void response.end();
			response.flushHeaders();
			response.on("close", () => ended++);
		});
		await allow(app.port);
		const stream = await browser.open(at("/stay", app.port));
		stream.destroy();
		await eventually("the end", () => ended === 1);
	});
});

describe("a WebSocket", () => {
	function openSocket(headers: Record<string, string> = {}): Promise<{ socket: WebSocket; hello: string }> {
		const socket = new WebSocket(`ws://127.0.0.1:${gatewayPort}/socket?a=b`, {
			headers: { host: host(), origin: `http://${host()}`, cookie: browser.cookie(host()), ...headers },
		});
		return new Promise((resolve, reject) => {
			socket.once("message", (data) => resolve({ socket, hello: String(data) }));
			socket.on("error", reject);
		});
	}

	test("brings text and bytes both ways, without our cookie", async () => {
		const { socket, hello } = await openSocket();
		expect(JSON.parse(hello)).toMatchObject({ url: "/socket?a=b", headers: { host: host(), upgrade: "websocket" } });
		expect(hello).not.toContain("devbox_preview");
		for (const data of ["text", Buffer.from([0, 1, 254, 255]), randomBytes(8 * mebibyte)]) {
			const echo = once(socket, "message");
			socket.send(data);
			expect(Buffer.compare((await echo)[0] as Buffer, Buffer.from(data))).toBe(0);
		}
		const closed = once(socket, "close");
		socket.close(4321);
		expect((await closed)[0]).toBe(4321);
	});

	test("ends when the link does", async () => {
		const { socket } = await openSocket();
		const closed = once(socket, "close");
		world.breakLinks();
		await closed;
		await eventually("a new link", async () => (await browser.send(at("/"))).status === 200);
	});

	test("is refused in the application's own words", async () => {
		const app = await world.listen((_request, response) => response.end("plain"));
		app.server.on("upgrade", (_request, socket) => {
			socket.end("HTTP/1.1 426 Upgrade Required\r\nX-Why: old\r\nContent-Length: 3\r\n\r\nno!");
		});
		await allow(app.port);
		const answer = await rawRequest(
			gatewayPort,
			`GET / HTTP/1.1\r\nHost: ${host(app.port)}\r\nCookie: ${browser.cookie(host(app.port))}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
		);
		expect(answer).toMatch(/^HTTP\/1\.1 426 /);
		expect(answer).toMatch(/x-why: old/i);
		expect(answer).toMatch(/no!$/);
	});

	test("may be any other protocol too", async () => {
		const raw = await world.listenRaw((socket) => {
			socket.once("data", (head) => {
				if (!/upgrade: chat/i.test(String(head))) return void socket.end("HTTP/1.0 200 OK\r\n\r\nok");
				socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nhi ");
				socket.on("data", (chunk) => socket.end(String(chunk).toUpperCase()));
			});
		});
		await allow(raw);
		const answer = await rawRequest(
			gatewayPort,
			`GET / HTTP/1.1\r\nHost: ${host(raw)}\r\nCookie: ${browser.cookie(host(raw))}\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nthere`,
		);
		expect(answer).toMatch(/^HTTP\/1\.1 101 [\s\S]*upgrade: chat[\s\S]*hi THERE$/i);
	});
});

describe("what does not answer", () => {
	test("a port where nothing listens is a page that waits for it, and JSON for programs", async () => {
		const { port: free, server } = await world.listen(() => undefined);
		server.close();
		const answer = await browser.visit(at("/app", free));
		expect([answer.status, answer.headers["x-devbox-preview"]]).toEqual([502, "nothing_listens"]);
		expect(answer.text).toContain(`Nothing listens on port ${free} in web`);
		expect(answer.text).toContain("<noscript><meta http-equiv");
		const [, nonce] = /script-src 'nonce-([^']+)'/.exec(String(answer.headers["content-security-policy"])) ?? [];
		expect(answer.text).toContain(`<script nonce="${nonce}">`);
		const data = await browser.send(at("/app", free), { method: "POST", headers: page });
		expect([data.status, JSON.parse(data.text)]).toMatchObject([502, { code: "nothing_listens" }]);
		expect((await browser.send(at("/app", free), { method: "HEAD" })).headers["x-devbox-preview"]).toBe(
			"nothing_listens",
		);
	});

	test("a devbox that talks nonsense breaks that answer and nothing else", async () => {
		const endless = (start: string) => (socket: Socket) => {
			socket.once("data", () => {
				socket.write(start);
				const more = () => {
					while (socket.writable && socket.write(`x-${"y".repeat(1000)}: 1\r\n`));
				};
				socket.on("drain", more);
				more();
			});
		};
		const hostile: ((socket: Socket) => void)[] = [
			(socket) => socket.once("data", () => socket.end(randomBytes(4096))),
			(socket) => socket.once("data", () => socket.destroy()),
			(socket) => socket.once("data", () => socket.end("SSH-2.0-OpenSSH_9.2\r\n")),
			(socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nX: a\u0000b\r\n\r\n")),
			(socket) =>
				socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n")),
			(socket) =>
				socket.once("data", () =>
					socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
				),
			(socket) => socket.once("data", () => socket.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000))),
			endless("HTTP/1.1 200 OK\r\n"),
		];
		for (const [at_, act] of hostile.entries()) {
			const of = await world.listenRaw(act);
			const answer = await browser.visit(at("/", of));
			expect([at_, answer.status, answer.headers["x-devbox-preview"]]).toEqual([at_, 502, "bad_answer"]);
		}
		expect((await browser.send(at("/"))).status).toBe(200);
	});

	test("an answer that is cut in the middle is no whole one", async () => {
		for (const body of [
			"Content-Length: 100\r\n\r\nshort",
			"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx",
			"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
		]) {
			const of = await world.listenRaw((socket) => {
				socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\n${body}`));
			});
			await browser.visit(at("/", of)).catch(() => undefined);
			await expect(browser.send(at("/", of)), body).rejects.toThrow(/aborted|hang up/);
		}
		expect((await browser.send(at("/"))).status).toBe(200);
	});
});

async function once(emitter: NodeJS.EventEmitter, event: string): Promise<unknown[]> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`no ${event} within 30 s`)), 30_000);
		emitter.once(event, (...args) => {
			clearTimeout(timer);
			resolve(args);
		});
	});
}

/** Resolves when the figure stays the same over 20 looks, 10 ms apart. */
async function settled(look: () => number): Promise<void> {
	let last = -1;
	let same = 0;
	await eventually("the figure settles", () => {
		const now = look();
		same = now === last ? same + 1 : 0;
		last = now;
		return same >= 20;
	});
}
