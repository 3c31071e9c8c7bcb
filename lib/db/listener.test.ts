/** Against a server that speaks as much of PostgreSQL's protocol as a LISTEN needs, and can fall silent. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openListener } from "./listener.ts";

const authenticated = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
const complete = Buffer.from([0x43, 0, 0, 0, 7, 0x4f, 0x4b, 0]);

function notification(channel: string, payload: string): Buffer {
	const text = Buffer.from(`${channel}\0${payload}\0`);
	const head = Buffer.from([0x41, 0, 0, 0, 8 + text.length, 0, 0, 0, 1]);
	return Buffer.concat([head, text]);
}

async function startServer() {
	const sockets: Socket[] = [];
	let isSilent = false;
	const server = createServer((socket) => {
		sockets.push(socket);
		let isStarted = false;
		socket.on("error", () => undefined);
		socket.on("data", (bytes) => {
			if (!isStarted) {
				isStarted = true;
				socket.write(Buffer.concat([authenticated, ready]));
			} else if (bytes[0] === 0x51 && !(isSilent && socket === sockets[0])) {
				socket.write(Buffer.concat([complete, ready]));
			}
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		port: (server.address() as AddressInfo).port,
		sockets,
		/** The first connection stays open and is answered no more. */
		fallSilent() {
			isSilent = true;
		},
		stop() {
			for (const socket of sockets) socket.destroy();
			server.close();
		},
	};
}

let server: Awaited<ReturnType<typeof startServer>>;
beforeEach(async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
	server = await startServer();
});
afterEach(() => {
	server.stop();
	vi.useRealTimers();
});

test("a connection that stays open and answers no more is given up for another, which is told", async () => {
	const heard: string[] = [];
	const { promise: reconnected, resolve: onReconnect } = Promise.withResolvers<void>();
	const listener = await openListener({
		connection: { host: "127.0.0.1", port: server.port, user: "u", database: "d", ssl: false },
		channels: ["one_changed"],
		onNotify: (channel, payload) => void heard.push(`${channel} ${payload}`),
		onReconnect,
	});
	const [first] = server.sockets as [Socket];
	const given = once(first, "close");
	server.fallSilent();
	await vi.advanceTimersByTimeAsync(15_000);
	expect(server.sockets).toHaveLength(1);
	await vi.advanceTimersByTimeAsync(15_000);
	await given;
	await vi.advanceTimersByTimeAsync(100);
	await reconnected;
	server.sockets[1]?.write(notification("one_changed", "x"));
	await vi.waitUntil(() => heard.length > 0, { interval: 1 });
	expect(heard).toEqual(["one_changed x"]);
	await listener.close();
});
