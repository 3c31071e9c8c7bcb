/**
 * IP addresses as numbers, and which of them are not the public internet: RFC 6890 and IANA's registries of special-purpose
 * addresses. An IPv6 address that carries an IPv4 one (mapped, NAT64) is what it carries.
 */
import { isIP } from "node:net";

export type AddressRange = { bytes: readonly number[]; prefixBits: number };

/** In order: this network, private, CGNAT, loopback, link-local, protocols, documentation, 6to4, benchmarks, multicast, reserved. */
const closedIpv4 = [
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.31.196.0/24",
	"192.52.193.0/24",
	"192.88.99.0/24",
	"192.168.0.0/16",
	"192.175.48.0/24",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/4",
	"240.0.0.0/4",
].map(parseRange);
/** Only this is routed at all; what lies outside of it is closed. */
const globalIpv6 = parseRange("2000::/3");
/** Teredo and its neighbours, documentation, 6to4. */
const closedIpv6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].map(parseRange);
/** Their last four bytes are an IPv4 address. */
const carriers = ["::ffff:0:0/96", "64:ff9b::/96"].map(parseRange);

/** Four or sixteen bytes; null for what is no address. A zone (`%eth0`) is left out. */
export function parseAddress(text: string): readonly number[] | null {
	const [address = ""] = text.split("%", 1);
	const family = isIP(address);
	if (family === 0) return null;
	return family === 4 ? ipv4Bytes(address) : ipv6Bytes(address);
}

/** `10.0.0.0/8`, `fd00::/8` or one address. Throws an Error for anything else. */
export function parseRange(text: string): AddressRange {
	const [address = "", prefix, ...more] = text.split("/");
	const bytes = parseAddress(address);
	const prefixBits = prefix === undefined ? (bytes?.length ?? 0) * 8 : Number(prefix);
	const isPrefix = prefix === undefined || /^\d{1,3}$/.test(prefix);
	if (!bytes || !isPrefix || prefixBits > bytes.length * 8 || more.length > 0)
		throw new Error(`${JSON.stringify(text)} is no address range`);
	return { bytes, prefixBits };
}

export function isInRange(address: readonly number[], range: AddressRange): boolean {
	if (address.length !== range.bytes.length) return false;
	for (let bit = 0; bit < range.prefixBits; bit += 8) {
		const mask = 0xff & ~(0xff >> Math.min(8, range.prefixBits - bit));
		const at = bit / 8;
		if (((address[at] ?? 0) & mask) !== ((range.bytes[at] ?? 0) & mask)) return false;
	}
	return true;
}

/** An address that carries an IPv4 one is unwrapped; the others are themselves. */
export function unwrapAddress(address: readonly number[]): readonly number[] {
	return carriers.some((range) => isInRange(address, range)) ? address.slice(12) : address;
}

export function isPublicAddress(address: readonly number[]): boolean {
	const bytes = unwrapAddress(address);
	if (bytes.length === 4) return !closedIpv4.some((range) => isInRange(bytes, range));
	return isInRange(bytes, globalIpv6) && !closedIpv6.some((range) => isInRange(bytes, range));
}

function ipv4Bytes(text: string): number[] {
	return text.split(".").map(Number);
}

function ipv6Bytes(text: string): number[] {
	const tail = /(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
	const [a = 0, b = 0, c = 0, d = 0] = tail ? ipv4Bytes(tail) : [];
	const words = tail ? `${text.slice(0, -tail.length)}${hex(a, b)}:${hex(c, d)}` : text;
	const [head = "", rest] = words.split("::", 2);
	const before = groups(head);
	const after = groups(rest ?? "");
	const gap = rest === undefined ? [] : Array<number>(16 - before.length - after.length).fill(0);
	return [...before, ...gap, ...after];
}

function hex(high: number, low: number): string {
	return (high * 256 + low).toString(16);
}

function groups(text: string): number[] {
	return text === ""
		? []
		: text.split(":").flatMap((group) => {
				const value = Number.parseInt(group, 16);
				return [value >> 8, value & 0xff];
			});
}
