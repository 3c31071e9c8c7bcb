/** This worker listens on its machine's own addresses for the time of an audit, where the machine is the host. */
import net from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { HostPlace } from "../../lib/domain/isolation-battery.ts";

export type HostListener = {
	/** Empty where none of this machine's addresses is the host's fence: it is not the host. */
	places: HostPlace[];
	/** Addresses that are not listened on: there are too many. */
	leftOut: string[];
	close(): Promise<void>;
};

/** Each is tried some eight times, and a try that is dropped waits for its time to be up. */
const placesMax = 24;

export async function openHostListener(o: { nonce: string; fenceAddress: string | null }): Promise<HostListener> {
	const own = Object.entries(networkInterfaces())
		.flatMap(([device, entries]) => (entries ?? []).map((entry) => ({ ...entry, device })))
		.filter(({ internal }) => !internal)
		// The fence's own first, then IPv4: what is left out is the least telling.
		.toSorted((a, b) => rank(a, o.fenceAddress) - rank(b, o.fenceAddress));
	if (!o.fenceAddress || own[0]?.address !== o.fenceAddress)
		return { places: [], leftOut: [], close: async () => undefined };
	const servers: net.Server[] = [];
	const places: HostPlace[] = [];
	for (const { address, device } of own.slice(0, placesMax)) {
		const server = net.createServer((socket) => socket.on("error", () => undefined).end(o.nonce));
		const isLinkLocal = address.startsWith("fe80:");
		// A bridge of somebody else's may be gone by now.
		const isUp = await new Promise((resolve) =>
			server
				.once("error", () => resolve(false))
				.listen(0, isLinkLocal ? `${address}%${device}` : address, () => resolve(true)),
		);
		if (!isUp) continue;
		servers.push(server);
		places.push({ address, device: isLinkLocal ? device : null, port: (server.address() as net.AddressInfo).port });
	}
	for (const place of places)
		if ((await heard(place)) !== o.nonce)
			throw new Error(`the audit's own listener at ${place.address} does not answer`);
	return {
		places,
		leftOut: own.slice(placesMax).map(({ address }) => address),
		close: async () => {
			await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
		},
	};
}

function rank({ address, family }: NetworkInterfaceInfo, fenceAddress: string | null): number {
	if (address === fenceAddress) return 0;
	return family === "IPv4" ? 1 : 2;
}

function heard({ address, device, port }: HostPlace): Promise<string> {
	return new Promise((resolve) => {
		let said = "";
		const socket = net.connect({ host: device ? `${address}%${device}` : address, port, timeout: 2_000 });
		socket.on("data", (chunk) => {
			said += chunk.toString();
		});
		socket.once("timeout", () => socket.destroy()).once("error", () => undefined);
		socket.once("close", () => resolve(said));
	});
}
