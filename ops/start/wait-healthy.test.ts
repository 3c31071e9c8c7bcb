import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { statusOf } from "./wait-healthy.ts";

let server: http.Server;
let asked: (string | undefined)[] = [];

beforeAll(async () => {
	server = http.createServer((request, response) => {
		asked.push(request.headers.host);
		response.writeHead(401).end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void server.close());

test("health is asked for by the public name, as a browser would, and silence is no health", async () => {
	asked = [];
	const { port } = server.address() as AddressInfo;
	const address = { publicUrl: "https://devbox.example.com", isTls: false };
	expect(await statusOf({ ...address, listen: { host: "0.0.0.0", port } }, "/")).toBe(401);
	expect(asked).toEqual(["devbox.example.com"]);
	expect(await statusOf({ ...address, listen: { host: "127.0.0.1", port: 1 } }, "/")).toBeNull();
});
