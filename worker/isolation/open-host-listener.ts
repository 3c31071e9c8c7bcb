/** This worker listens on its machine's own addresses for the time of an audit, where the machine is the host. */
import net from "node:net";
import { networkInterfaces } from "node:os";

/** What else may listen on a host: SSH, name service, the engine, the dashboard, PostgreSQL. */
const knownPorts = [22, 53, 80, 443, 4100, 5432, 8443];

export type HostListener = { pairs: string[]; close(): Promise<void> };

/** `pairs` is empty where none of this machine's addresses is one: it is not the host. */
export async function openHostListener(o: { fenceAddress: string | null }): Promise<HostListener> {
	const own = Object.values(networkInterfaces())
		.flat()
		.flatMap((entry) => (entry && entry.family === "IPv4" && !entry.internal ? [entry.address] : []));
	if (!o.fenceAddress || !own.includes(o.fenceAddress)) return { pairs: [], close: async () => undefined };
	const servers: net.Server[] = [];
	const pairs: string[] = [];
	for (const address of own) {
		const server = net.createServer((socket) => socket.on("error", () => undefined).end());
		await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, address, resolve));
		servers.push(server);
		pairs.push(`${address} ${(server.address() as net.AddressInfo).port}`);
	}
	const others = own.flatMap((address) => knownPorts.map((port) => ({ address, port })));
	const open = await Promise.all(
		others.map(async (other) => ((await answers(other)) ? [`${other.address} ${other.port}`] : [])),
	);
	for (const pair of pairs) {
		const [address = "", port = ""] = pair.split(" ");
		if (!(await answers({ address, port: Number(port) })))
			throw new Error(`the audit's own listener at ${pair} does not answer`);
	}
	return {
		// Name service on a bridge is for boxes.
		pairs: [...pairs, ...open.flat().filter((pair) => !pair.endsWith(" 53"))],
		close: async () => {
			await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
		},
	};
}

function answers(o: { address: string; port: number }): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = net.connect({ host: o.address, port: o.port, timeout: 1_000 });
		const end = (isOpen: boolean) => {
			socket.destroy();
			resolve(isOpen);
		};
		socket
			.once("connect", () => end(true))
			.once("error", () => end(false))
			.once("timeout", () => end(false));
	});
}
