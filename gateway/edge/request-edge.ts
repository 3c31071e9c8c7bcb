/** What a request says about where it came in: by which name, over which protocol, from whom. */
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

export type RequestEdge = {
	/** Host header as the client sent it (with the port, when it has one); empty when there was none. */
	host: string;
	protocol: "http" | "https";
	clientAddress: string;
};

export type TrustedProxies = { includes(address: string): boolean };

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. Throws for anything else: a typing error must not widen or narrow trust silently. */
export function parseTrustedProxies(entries: readonly string[]): TrustedProxies {
	const list = new BlockList();
	for (const entry of entries) {
		const [address = "", prefix] = entry.split("/");
		const family = isIP(address);
		const bits = prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix);
		if (!family || !/^\d{1,3}$/.test(String(bits)) || bits > (family === 6 ? 128 : 32))
			throw new Error(`DEVBOX_TRUSTED_PROXY: ${entry} is no IP address or range`);
		list.addSubnet(address, bits, family === 6 ? "ipv6" : "ipv4");
	}
	return { includes: (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4") };
}

/** X-Forwarded-* counts only when a proxy that the operator named is the peer. */
export function readRequestEdge(
	request: Pick<IncomingMessage, "headers" | "socket">,
	o: { isTls: boolean; trusted: TrustedProxies },
): RequestEdge {
	const peer = plainAddress(request.socket.remoteAddress ?? "");
	const direct: RequestEdge = {
		host: request.headers.host ?? "",
		protocol: o.isTls ? "https" : "http",
		clientAddress: peer,
	};
	if (!peer || !o.trusted.includes(peer)) return direct;
	const host = lastOf(request.headers["x-forwarded-host"]);
	const protocol = lastOf(request.headers["x-forwarded-proto"]);
	return {
		host: host ?? direct.host,
		protocol: protocol === "https" || protocol === "http" ? protocol : direct.protocol,
		clientAddress: clientBehind(request.headers["x-forwarded-for"], o.trusted) ?? peer,
	};
}

/** Whoever connected to the outermost trusted proxy: entries further left are what that client claimed. */
function clientBehind(header: string | string[] | undefined, trusted: TrustedProxies): string | null {
	const chain = entriesOf(header).map(plainAddress).reverse();
	return chain.find((address) => !isIP(address) || !trusted.includes(address)) ?? chain.at(-1) ?? null;
}

/** The nearest proxy appends, so its word is the last one. */
function lastOf(header: string | string[] | undefined): string | null {
	return entriesOf(header).at(-1) ?? null;
}

function entriesOf(header: string | string[] | undefined): string[] {
	return (Array.isArray(header) ? header.join(",") : (header ?? ""))
		.split(",")
		.map((entry) => entry.trim())
		.filter(Boolean);
}

/** `::ffff:10.0.0.1` is 10.0.0.1. */
function plainAddress(address: string): string {
	return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
