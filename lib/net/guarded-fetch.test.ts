import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { AppError } from "../domain/errors.ts";
import { openAddressGuard, type ResolveName } from "./address-guard.ts";
import { type GuardedFetch, type GuardedRequest, openGuardedFetch } from "./guarded-fetch.ts";

const servers: Server[] = [];
const fetches: GuardedFetch[] = [];

afterEach(async () => {
	for (const fetch of fetches.splice(0)) fetch.close();
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});

async function serve(listener: RequestListener): Promise<number> {
	const server = createServer(listener);
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return (server.address() as AddressInfo).port;
}

function openFetch(allow: string[], resolve?: ResolveName): GuardedFetch {
	const fetch = openGuardedFetch(openAddressGuard({ allow, resolve }));
	fetches.push(fetch);
	return fetch;
}

const resolvesTo =
	(...addresses: string[]): ResolveName =>
	async () =>
		addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

async function refusal(work: Promise<unknown>): Promise<AppError> {
	const error = await work.then(
		() => new Error("it went through"),
		(caught: unknown) => caught,
	);
	expect(error).toBeInstanceOf(AppError);
	return error as AppError;
}

describe("no request reaches a closed address", () => {
	test.each([
		["loopback", "127.0.0.1"],
		["loopback as one number", "2130706433"],
		["loopback in hex and short", "0x7f.1"],
		["loopback of IPv6", "[::1]"],
		["mapped loopback", "[::ffff:127.0.0.1]"],
		["mapped loopback in hex", "[::ffff:7f00:1]"],
		["any address of this host", "0.0.0.0"],
		["the metadata service", "169.254.169.254"],
		["a private network", "10.1.2.3"],
		["a carrier's network", "100.64.0.1"],
		["localhost", "localhost"],
	])("%s", async (_name, host) => {
		let asked = 0;
		const port = await serve((_request, response) => {
			asked++;
			response.end("secret");
		});
		const error = await refusal(openFetch([])({ url: `http://${host}:${port}/` }));
		expect([error.code, error.message]).toEqual(["invalid", expect.stringContaining("DEVBOX_ALLOWED_ADDRESSES")]);
		expect(asked).toBe(0);
	});

	test("by a name that has it among others", async () => {
		const port = await serve((_request, response) => response.end("secret"));
		for (const addresses of [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:127.0.0.1"]]) {
			const fetch = openFetch([], resolvesTo(...addresses));
			expect((await refusal(fetch({ url: `http://innocent.example:${port}/` }))).code).toBe("invalid");
		}
	});

	test("by a name that changes its mind between two requests", async () => {
		let asked = 0;
		const port = await serve((_request, response) => {
			asked++;
			response.end("secret");
		});
		// The first answer is allowed, and the second is not: each connection is looked at for itself.
		const answers = [resolvesTo("127.0.0.1"), resolvesTo("127.0.0.2")];
		const fetch = openFetch(["127.0.0.1"], (name) => (answers.shift() ?? resolvesTo("127.0.0.2"))(name));
		await fetch({ url: `http://rebound.example:${port}/`, headers: { connection: "close" } });
		expect((await refusal(fetch({ url: `http://rebound.example:${port}/` }))).code).toBe("invalid");
		expect(asked).toBe(1);
	});

	test("by a redirect", async () => {
		const port = await serve((request, response) => {
			const to = new URLSearchParams(request.url?.split("?")[1]).get("to") ?? "";
			response.writeHead(302, { location: to }).end();
		});
		const fetch = openFetch(["front.example"], resolvesTo("127.0.0.1"));
		for (const to of [
			"http://127.0.0.1:1/",
			"http://[::1]/",
			"http://169.254.169.254/latest",
			"http://other.example/",
		]) {
			const url = `http://front.example:${port}/?to=${encodeURIComponent(to)}`;
			expect([to, (await refusal(fetch({ url, redirectsMax: 5 }))).code]).toEqual([to, "invalid"]);
		}
		for (const to of ["file:///etc/passwd", "ftp://front.example/", "http://user@front.example/"]) {
			const url = `http://front.example:${port}/?to=${encodeURIComponent(to)}`;
			expect([to, (await refusal(fetch({ url, redirectsMax: 5 }))).code]).toEqual([to, "invalid"]);
		}
	});

	test("by a connection of its own", async () => {
		const port = await serve((_request, response) => response.end());
		const guard = openAddressGuard({ allow: [], resolve: resolvesTo("127.0.0.1") });
		expect((await refusal(guard.connect({ host: "127.0.0.1", port }))).code).toBe("invalid");
		expect((await refusal(guard.connect({ host: "innocent.example", port }))).code).toBe("invalid");
		const open = openAddressGuard({ allow: ["127.0.0.0/8"] });
		const socket = await open.connect({ host: "127.0.0.1", port });
		expect(socket.remoteAddress).toBe("127.0.0.1");
		socket.destroy();
		expect((await refusal(open.connect({ host: "127.0.0.1", port: 1 }))).code).toBe("unavailable");
	});
});

describe("what the operator allows is reached", () => {
	test.each([
		["a range", ["127.0.0.0/8"], "127.0.0.1"],
		["an address", ["127.0.0.1"], "127.0.0.1"],
		["a name", ["ghe.internal"], "GHE.internal"],
		["a mapped address of the range", ["127.0.0.0/8"], "[::ffff:127.0.0.1]"],
	])("%s", async (_name, allow, host) => {
		const port = await serve((_request, response) => response.end("hello"));
		const resolve = host.includes("internal") ? resolvesTo("127.0.0.1") : undefined;
		const answer = await openFetch(allow, resolve)({ url: `http://${host}:${port}/` });
		expect([answer.status, answer.body.toString()]).toEqual([200, "hello"]);
	});

	test("and an entry that is none is a mistake of the start", () => {
		for (const entry of ["10.0.0.0/33", "http://ghe.internal", "ghe internal", "999.1.1.1", ""])
			expect(() => openAddressGuard({ allow: [entry] })).toThrow();
	});
});

describe("bounds", () => {
	const local = (port: number, o: Partial<GuardedRequest> = {}) =>
		openFetch(["127.0.0.1"])({ url: `http://127.0.0.1:${port}/`, ...o });

	test("an answer is cut off at its size, and at its time, while it trickles", async () => {
		const large = await serve((_request, response) => response.end("x".repeat(2_000)));
		expect((await refusal(local(large, { bytesMax: 1_999 }))).code).toBe("too_large");
		expect((await local(large, { bytesMax: 2_000 })).body.length).toBe(2_000);
		const trickle = await serve((_request, response) => {
			const timer = setInterval(() => response.write("x"), 10);
			response.on("close", () => clearInterval(timer));
		});
		expect((await refusal(local(trickle, { timeoutMs: 200 }))).code).toBe("timeout");
		const silent = await serve(() => undefined);
		expect((await refusal(local(silent, { timeoutMs: 100 }))).code).toBe("timeout");
	});

	test("a caller that leaves ends the request with its own reason", async () => {
		const silent = await serve(() => undefined);
		const gone = new AbortController();
		const asked = local(silent, { signal: gone.signal });
		gone.abort(new Error("left"));
		await expect(asked).rejects.toThrow("left");
	});

	test("redirects in a circle end", async () => {
		const port = await serve((_request, response) => response.writeHead(302, { location: "/" }).end());
		expect((await refusal(local(port, { redirectsMax: 3 }))).code).toBe("unavailable");
		expect((await local(port)).status).toBe(302);
	});
});

test("a credential stays with its origin; where that is fixed, the redirect itself is refused", async () => {
	const seen: (string | undefined)[] = [];
	const other = await serve((request, response) => {
		seen.push(request.headers.authorization);
		response.end("other");
	});
	const port = await serve((request, response) => {
		seen.push(request.headers.authorization);
		const to = request.url === "/same" ? "/end" : `http://127.0.0.1:${other}/`;
		if (request.url === "/end") return void response.end("end");
		response.writeHead(302, { location: to }).end();
	});
	const fetch = openFetch(["127.0.0.1"]);
	const headers = { authorization: "Bearer secret" };
	const at = (path: string) => ({ url: `http://127.0.0.1:${port}${path}`, headers, redirectsMax: 3 });
	expect((await fetch(at("/same"))).body.toString()).toBe("end");
	expect((await fetch(at("/away"))).body.toString()).toBe("other");
	expect((await refusal(fetch({ ...at("/away"), isOriginFixed: true }))).code).toBe("unavailable");
	expect(seen).toEqual([
		headers.authorization,
		headers.authorization,
		headers.authorization,
		undefined,
		headers.authorization,
	]);
});
