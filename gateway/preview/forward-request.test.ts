import { createServer, get, type Server } from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { BoxLink } from "../../lib/domain/box-link.ts";
import { type BoxConnections, openBoxConnections, SilentBox, TooManyConnections } from "./box-connections.ts";
import { forwardRequest } from "./forward-request.ts";

const closers: (() => void)[] = [];
afterEach(() => {
	for (const close of closers.splice(0)) close();
});

/** Into this machine, as a link into a devbox would. */
const link = {
	isOpen: true,
	openTcp: async ({ host, port }: { host: string; port: number }) => net.connect({ host, port }),
} as Partial<BoxLink> as BoxLink;

async function listen(server: net.Server | Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	closers.push(() => server.close());
	return (server.address() as AddressInfo).port;
}

function connections(): BoxConnections {
	const box = openBoxConnections({ openLink: async () => link });
	closers.push(box.close);
	return box;
}

test("a server that says nothing is given up on, and its connection with it", async () => {
	const sockets = new Set<net.Socket>();
	const silent = await listen(
		net.createServer((socket) => {
			sockets.add(socket);
			socket.resume().on("close", () => sockets.delete(socket));
		}),
	);
	const box = connections();
	const failures: unknown[] = [];
	const front = createServer((request, response) => {
		const onFailure = (error: unknown) => {
			failures.push(error);
			response.writeHead(504).end();
		};
		void forwardRequest({ request, response, headers: {}, box, port: silent, silenceMsMax: 50, onFailure });
	});
	const port = await listen(front);
	const status = await new Promise((resolve, reject) => {
		get({ host: "127.0.0.1", port, agent: false }, (answer) => resolve(answer.resume().statusCode)).on("error", reject);
	});
	expect([status, failures]).toEqual([504, [expect.any(SilentBox)]]);
	await expect.poll(() => sockets.size).toBe(0);
	await expect.poll(() => box.isIdle).toBe(true);
});

test("a browser that has left before its turn takes no place, and nothing is asked of the devbox", async () => {
	let asked = 0;
	const quiet = await listen(net.createServer(() => void asked++));
	const box = connections();
	const failures: unknown[] = [];
	const left = new Promise<void>((resolve, reject) => {
		const front = createServer((request, response) => {
			response.once("close", () => {
				const onFailure = (error: unknown) => void failures.push(error);
				forwardRequest({ request, response, headers: {}, box, port: quiet, onFailure }).then(resolve, reject);
			});
			request.socket.destroy();
		});
		listen(front).then((port) => get({ host: "127.0.0.1", port, agent: false }).on("error", () => undefined), reject);
	});
	await left;
	expect([box.isIdle, asked, failures]).toEqual([true, 0, []]);
});

test("requests past the bound wait for their turn, in order, and not for ever in any number", async () => {
	const box = connections();
	const signal = new AbortController().signal;
	const releases = await Promise.all(Array.from({ length: 96 }, () => box.takeExchange(signal)));
	const order: number[] = [];
	const waiters = [0, 1].map((n) =>
		box.takeExchange(signal).then((release) => {
			order.push(n);
			return release;
		}),
	);
	const gone = new AbortController();
	const leaver = box.takeExchange(gone.signal);
	gone.abort();
	await expect(leaver).rejects.toThrow(TooManyConnections);
	expect(order).toEqual([]);
	releases[0]?.();
	(await waiters[0])?.();
	await waiters[1];
	expect(order).toEqual([0, 1]);
	const end = new AbortController();
	const crowd = Array.from({ length: 256 }, () => box.takeExchange(end.signal).catch(() => null));
	await expect(box.takeExchange(signal)).rejects.toThrow(TooManyConnections);
	end.abort();
	await Promise.all(crowd);
});

test("upgraded connections are bounded too", () => {
	const box = connections();
	const releases = Array.from({ length: 64 }, () => box.takeUpgrade());
	expect(() => box.takeUpgrade()).toThrow(TooManyConnections);
	releases[0]?.();
	expect(() => box.takeUpgrade()).not.toThrow();
});
