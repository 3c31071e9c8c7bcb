import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { boundSilence } from "./bound-silence.ts";

// Long enough that a busy machine is not taken for a silent client.
const silenceMsMax = 1_000;
let read = true;
let port = 0;
const server = createServer((request, response) => {
	boundSilence(request, response, silenceMsMax);
	if (read) request.resume().on("end", () => response.end("all"));
	else setTimeout(() => request.resume().on("end", () => response.end("all")), silenceMsMax * 6);
});

beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

/** What the server says until the connection ends. */
function say(act: (socket: ReturnType<typeof connect>) => void): Promise<string> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		let said = "";
		socket.on("data", (chunk) => {
			said += String(chunk);
		});
		socket.on("error", () => socket.destroy());
		socket.on("close", () => resolve(said));
		act(socket);
	});
}

const head = (length: number) => `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;

test("a client that stops in the middle of its body is cut off", async () => {
	read = true;
	expect(await say((socket) => socket.write(`${head(10)}half`))).toBe("");
});

test("a body that keeps coming may take longer than that", async () => {
	read = true;
	const pieces = 12;
	const said = await say((socket) => {
		socket.write(head(pieces));
		let left = pieces;
		const send = setInterval(() => {
			socket.write("x");
			if (--left === 0) clearInterval(send);
		}, silenceMsMax / 4);
	});
	expect(said).toContain("200 OK");
});

test("a client is not blamed for what we do not read", async () => {
	read = false;
	const body = Buffer.alloc(4 * 1024 * 1024);
	const said = await say((socket) => {
		socket.write(head(body.length));
		socket.write(body);
	});
	expect(said).toContain("200 OK");
});
