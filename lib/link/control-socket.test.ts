import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { controlHandler } from "./control-socket.ts";

const closers: (() => void)[] = [];

afterEach(() => {
	for (const close of closers.splice(0)) close();
});

/** One connection to a handler whose answer is ready only after the client has closed its side. */
async function askAndHangUp(request: string): Promise<string> {
	const accepted = Promise.withResolvers<Socket>();
	const handler = controlHandler({
		identity: async () => {
			const socket = await accepted.promise;
			if (!socket.readableEnded) await once(socket, "end");
			return { devboxId: "dbx_1", name: "first" };
		},
		network: () => Promise.reject(new Error("nobody asks here")),
		askNetwork: () => Promise.reject(new Error("nobody asks here")),
		idToken: () => Promise.reject(new Error("nobody asks here")),
	});
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		accepted.resolve(socket);
		handler(socket);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	closers.push(() => server.close());
	const address = server.address();
	const client = connect({ port: typeof address === "object" && address ? address.port : 0, host: "127.0.0.1" });
	client.end(request);
	let text = "";
	for await (const chunk of client) text += String(chunk);
	return text;
}

test("a client that closes its side after the request still gets the answer", async () => {
	expect(await askAndHangUp("GET /v1/identity HTTP/1.1\r\nHost: box\r\n\r\n")).toContain('"devboxId":"dbx_1"');
});
