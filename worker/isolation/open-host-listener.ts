/** This worker listens on its machine's own addresses for the time of an audit, where the machine is the host. */
import net from "node:net";
import { networkInterfaces } from "node:os";

export type HostListener = { pairs: string[]; close(): Promise<void> };

/** `pairs` is empty where none of this machine's addresses is one: it is not the host. */
export async function openHostListener(o: { nonce: string; fenceAddress: string | null }): Promise<HostListener> {
	const own = Object.values(networkInterfaces())
		.flat()
		.flatMap((entry) => (entry && entry.family === "IPv4" && !entry.internal ? [entry.address] : []));
	if (!o.fenceAddress || !own.includes(o.fenceAddress)) return { pairs: [], close: async () => undefined };
	const servers: net.Server[] = [];
	const pairs: string[] = [];
	for (const address of own) {
		const server = net.createServer((socket) => socket.on("error", () => undefined).end(o.nonce));
		// A bridge of somebody else's may be gone by now.
		const isUp = await new Promise((resolve) =>
			server.once("error", () => resolve(false)).listen(0, address, () => resolve(true)),
		);
		if (!isUp) continue;
		servers.push(server);
		pairs.push(`${address} ${(server.address() as net.AddressInfo).port}`);
	}
	for (const pair of pairs)
		if ((await heard(pair)) !== o.nonce) throw new Error(`the audit's own listener at ${pair} does not answer`);
	return {
		pairs,
		close: async () => {
			await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
		},
	};
}

function heard(pair: string): Promise<string> {
	const [host = "", port = ""] = pair.split(" ");
	return new Promise((resolve) => {
		let said = "";
		const socket = net.connect({ host, port: Number(port), timeout: 2_000 });
		socket.on("data", (chunk) => {
			said += chunk.toString();
		});
		socket.once("timeout", () => socket.destroy()).once("error", () => undefined);
		socket.once("close", () => resolve(said));
	});
}
