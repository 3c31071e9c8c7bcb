/** Requests to a small HTTP server in a box: through its preview, and straight to the box's address. */
import { once } from "node:events";
import { connect } from "node:net";
import { instanceName } from "../lib/domain/ids.ts";
import type { Box } from "../sdk/src/index.ts";
import { createBenchBox } from "./bench-box.ts";
import type { FigureTable } from "./figures.ts";
import { measureRates } from "./http-load.ts";
import type { Product } from "./product.ts";

const port = 8000;
const connections = 16;
const load = { rounds: 5, requests: 1_500, connections };
const listenTimeoutMs = 15_000;

/** Kept-alive answers of 1 KB. Python's own HTTP server would be what is measured. */
const serverSource = `
import asyncio
answer = b"HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: 1024\\r\\n\\r\\n" + b"x" * 1024
class Server(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.seen = b""
    def data_received(self, data):
        self.seen += data
        while b"\\r\\n\\r\\n" in self.seen:
            self.seen = self.seen.split(b"\\r\\n\\r\\n", 1)[1]
            self.transport.write(answer)
async def main():
    server = await asyncio.get_running_loop().create_server(Server, "0.0.0.0", ${port})
    await server.serve_forever()
asyncio.run(main())
`;

export async function benchPreview(product: Product, table: FigureTable): Promise<void> {
	await using box = await createBenchBox(product, "preview");
	await box.execs.start(["python3", "-c", serverSource]);
	const { ipv4 } = await product.engine.inspect({ name: instanceName(box.id), usage: true });
	if (!ipv4) throw new Error("The box has no address.");
	await untilListening(ipv4);
	const rates = await measureRates(
		{ preview: await openPreview(product, box), direct: { host: ipv4, port, path: "/", headers: {} } },
		load,
	);
	table.add({
		name: `preview, ${connections} at once`,
		value: rates.preview.p50,
		unit: "requests/s",
		beside: { name: "straight to the box", value: rates.direct.p50 },
	});
}

/** Spends the link as a browser does. Names below `localhost` need no look-up: the address is the gateway's. */
async function openPreview(product: Product, box: Box) {
	const link = new URL((await box.createPreviewLink(port)).url);
	const gateway = new URL(product.url);
	const answer = await head(gateway, { host: link.host, path: `${link.pathname}${link.search}` });
	const cookie = /^set-cookie: *([^;\r]+)/im.exec(answer)?.[1];
	if (!cookie) throw new Error(`The preview's link set no cookie: ${answer.split("\r\n", 1)[0]}`);
	return {
		host: gateway.hostname,
		port: Number(gateway.port || 80),
		path: "/",
		headers: { host: link.host, cookie },
	};
}

/** By hand, since `fetch` sets the Host header itself. */
async function head(gateway: URL, o: { host: string; path: string }): Promise<string> {
	const socket = connect(Number(gateway.port || 80), gateway.hostname);
	socket.write(`GET ${o.path} HTTP/1.1\r\nhost: ${o.host}\r\nconnection: close\r\n\r\n`);
	let text = "";
	socket.on("data", (chunk) => {
		text += chunk.toString("latin1");
	});
	await once(socket, "close", { signal: AbortSignal.timeout(listenTimeoutMs) });
	return text;
}

async function untilListening(address: string): Promise<void> {
	const deadline = Date.now() + listenTimeoutMs;
	while (!(await accepts(address))) {
		if (Date.now() > deadline) throw new Error(`Nothing listens on ${address}:${port}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

function accepts(address: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port, timeout: 1_000 });
		const end = (isOpen: boolean) => {
			socket.destroy();
			resolve(isOpen);
		};
		socket.once("connect", () => end(true));
		socket.once("error", () => end(false));
		socket.once("timeout", () => end(false));
	});
}
