/** Where a gateway listens, as it tells the others: unique on its machine, and enough for those who can to reach it there. */
import { hostname } from "node:os";

type Listening = { address: string; port: number };

const wildcards = ["0.0.0.0", "::"];

export function gatewayAddress(at: Listening, machine = hostname()): string {
	return `${machine}/${at.address}:${at.port}`;
}

/** How to reach it from here; null where it listens on another machine's loopback. */
export function reachGateway(address: string, machine = hostname()): { host: string; port: number } | null {
	const [, name = "", listens = "", port = ""] = /^([^/]+)\/(.+):(\d+)$/.exec(address) ?? [];
	if (!name) return null;
	const isHere = name === machine;
	if (wildcards.includes(listens)) return { host: isHere ? "127.0.0.1" : name, port: Number(port) };
	if (!isHere && (listens.startsWith("127.") || listens === "::1")) return null;
	return { host: listens, port: Number(port) };
}
