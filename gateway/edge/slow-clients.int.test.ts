/** Clients that say nothing, or say it in drips, by the thousand: each is let go, and who means it is served meanwhile. */
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

const connectionsMax = 1_500;
let gate: TestGateway;
let ann: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway({
		limits: {
			connectionsMax,
			headersMs: 1_500,
			bodyMs: 1_500,
			silenceMs: 1_000,
			lookEveryMs: 200,
			sshHandshakeMs: 1_500,
			sshLoginMs: 2_000,
		},
	});
	ann = await gate.addPerson();
});
afterAll(() => gate.close());

type Peer = { socket: Socket; said: string; isClosed: boolean };

function open(port: number, first = ""): Peer {
	const socket = connect(port, "127.0.0.1");
	const peer: Peer = { socket, said: "", isClosed: false };
	socket.on("error", () => undefined);
	socket.on("data", (chunk) => {
		peer.said += chunk;
	});
	socket.on("close", () => {
		peer.isClosed = true;
	});
	if (first) socket.write(first);
	return peer;
}

/** In waves that fit the kernel's queue of connections to be accepted: past it, one side only believes that it has one. */
async function openMany(port: number, count: number): Promise<Peer[]> {
	const peers: Peer[] = [];
	while (peers.length < count) {
		const wave = Array.from({ length: Math.min(200, count - peers.length) }, () => open(port));
		await Promise.all(wave.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
		peers.push(...wave);
	}
	return peers;
}

/** A byte every so often, until it is closed. */
async function drip(peer: Peer, byte: string): Promise<void> {
	const timer = setInterval(() => peer.socket.write(byte), 50);
	await eventually("it is cut off", () => peer.isClosed).finally(() => clearInterval(timer));
}

const web = () => gate.gateway.address.port;
const ssh = () => gate.gateway.sshAddress?.port ?? 0;
const places = [
	["the API", "/api/v1/devboxes", "devbox.test"],
	["a page", "/sign-in", "devbox.test"],
	["a preview", "/", "3000--web.preview.devbox.test"],
	["sign-in", "/api/auth/callback/credentials", "devbox.test"],
] as const;

describe.each(places)("%s", (_what, path, host) => {
	test("headers in drips are cut off", async () => {
		await drip(open(web(), `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `), "a");
	});

	test("a body in drips, or one that never comes, is cut off", async () => {
		const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${ann.cookie}\r\nOrigin: http://devbox.test\r\nContent-Type: application/json\r\n`;
		const chunked = open(web(), `${head}Transfer-Encoding: chunked\r\n\r\n`);
		const silent = open(web(), `${head}Content-Length: 100\r\n\r\n{`);
		const dripping = open(web(), `${head}Content-Length: 100000\r\n\r\n`);
		await Promise.all([
			drip(chunked, "1\r\n \r\n"),
			drip(dripping, " "),
			eventually("the silent one is cut off", () => silent.isClosed),
		]);
	});
});

test("more connections than there may be are closed unheard", async () => {
	const narrow = await startTestGateway({ limits: { connectionsMax: 20, headersMs: 60_000 } });
	const peers = Array.from({ length: 50 }, () => open(narrow.gateway.address.port));
	await eventually("those past the bound are closed", () => peers.filter(({ isClosed }) => isClosed).length >= 30);
	expect(peers.filter(({ isClosed }) => !isClosed)).toHaveLength(20);
	for (const { socket } of peers) socket.destroy();
	await narrow.close();
});

test("thousands of silent ones make room, and then requests are answered", async () => {
	const idle = await openMany(web(), connectionsMax + 300);
	await eventually("the others had their time", () => idle.every(({ isClosed }) => isClosed), 30_000);
	expect((await gate.request("/api/v1/devboxes", { as: ann })).status).toBe(200);
});

test("below that bound, who is silent keeps nobody waiting", async () => {
	const idle = await openMany(web(), connectionsMax - 200);
	const answers = await Promise.all(Array.from({ length: 20 }, () => gate.request("/api/v1/devboxes", { as: ann })));
	expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
	for (const { socket } of idle) socket.destroy();
});

describe("SSH before the login", () => {
	test("a version in drips, and silence before and after it, are cut off", async () => {
		await Promise.all([
			drip(open(ssh()), "S"),
			eventually(
				"silence is cut off",
				(
					(peer) => () =>
						peer.isClosed
				)(open(ssh())),
			),
			eventually(
				"so is a version alone",
				(
					(peer) => () =>
						peer.isClosed
				)(open(ssh(), "SSH-2.0-slow\r\n")),
			),
		]);
	});

	test("of a hundred from one address ten are heard, the others are told to wait, and all are gone in the end", async () => {
		const peers = Array.from({ length: 100 }, () => open(ssh()));
		await eventually("most are told", () => peers.filter(({ said }) => said.includes("Too many")).length >= 90);
		await eventually("all are gone", () => peers.every(({ isClosed }) => isClosed));
	});
});
