import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { boundBody, isStreamedUpload } from "./bound-body.ts";

test("a body that trickles in is cut off in the end, and one that came whole is not", async () => {
	const server = createServer((incoming, response) => {
		boundBody(incoming, response, 100);
		incoming.resume();
		incoming.once("end", () => setTimeout(() => response.end("taken"), 200));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const ask = () => request({ port, host: "127.0.0.1", method: "POST", headers: { "content-length": "1000" } });
	const slow = ask();
	const trickle = setInterval(() => slow.write("x"), 10);
	const [error] = (await once(slow, "error")) as [NodeJS.ErrnoException];
	clearInterval(trickle);
	expect(error.code).toMatch(/ECONNRESET|EPIPE/);
	const whole = ask();
	whole.end("x".repeat(1000));
	const [answer] = await once(whole, "response");
	expect(answer.statusCode).toBe(200);
	answer.resume();
	server.close();
});

test("what takes a stream is told by the contract, method and path", () => {
	const files = "/api/v1/devboxes/dbx_1/files";
	expect(isStreamedUpload({ method: "PUT", path: files })).toBe(true);
	expect(isStreamedUpload({ method: "PUT", path: "/api/v1/devboxes/dbx_1/archive" })).toBe(true);
	for (const [method, path] of [
		["POST", files],
		["PUT", `${files}/x`],
		["PUT", "/api/v1/devboxes/a/b/files"],
		["POST", "/api/v1/devboxes"],
	])
		expect(isStreamedUpload({ method, path: path ?? "" })).toBe(false);
});
