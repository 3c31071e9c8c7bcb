/**
 * Where this server may connect to on behalf of a user. What counts is the address that a connection really goes to: a name is
 * resolved once, every address it has is checked, and the connection goes to one of those, so that a name that changes its mind in
 * between (DNS rebinding) gains nothing.
 */
import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { connect as connectSocket, isIP, type LookupFunction, type Socket } from "node:net";
import { AppError } from "../domain/errors.ts";
import {
	type AddressRange,
	isInRange,
	isPublicAddress,
	parseAddress,
	parseRange,
	unwrapAddress,
} from "./address-ranges.ts";

/** Resolves a name to all of its addresses. */
export type ResolveName = (name: string) => Promise<LookupAddress[]>;

export type AddressGuard = {
	/** For `http.Agent`, `net.connect` and whatever else takes a `lookup`. A literal address never gets there: see `requireHost`. */
	lookup: LookupFunction;
	/** Throws AppError `invalid` for a literal address that is not allowed; a name is checked when it is resolved. */
	requireHost(host: string): void;
	/** Throws AppError `invalid` for where a connection has ended up. `host`: as it was asked for. */
	requireAddress(address: string, host: string): void;
	/** A TCP connection to an allowed address. Throws AppError `invalid`, `unavailable` or `timeout`. */
	connect(o: { host: string; port: number; timeoutMs?: number; signal?: AbortSignal }): Promise<Socket>;
};

const connectTimeoutMsDefault = 10_000;

/**
 * `allow`: what the operator opens beside the public internet, each a host name, an address or a range (`ghe.internal`, `10.2.0.0/16`).
 * A name that is allowed may have any address. Throws an Error for an entry that is none of them.
 */
export function openAddressGuard(o: { allow: readonly string[]; resolve?: ResolveName }): AddressGuard {
	const entries = o.allow.map((entry) => parseAllowed(entry));
	const names = new Set(entries.flatMap((entry) => (typeof entry === "string" ? [entry] : [])));
	const ranges = entries.filter((entry) => typeof entry !== "string");
	const resolve = o.resolve ?? resolveBySystem;

	function isAllowed(address: string, host: string): boolean {
		if (names.has(plainHost(host))) return true;
		const bytes = parseAddress(address);
		if (!bytes) return false;
		const inner = unwrapAddress(bytes);
		return isPublicAddress(bytes) || ranges.some((range) => isInRange(bytes, range) || isInRange(inner, range));
	}
	function requireAddress(address: string, host: string): void {
		if (!isAllowed(address, host)) throw closedAddress(host);
	}
	async function resolveAllowed(name: string): Promise<LookupAddress[]> {
		const addresses = await resolve(name);
		// One closed address among open ones is how a name is made to pass a check and connect elsewhere.
		for (const { address } of addresses) requireAddress(address, name);
		return addresses;
	}
	const lookup: LookupFunction = (name, options, callback) => {
		resolveAllowed(name).then(
			(addresses) => answerLookup({ name, addresses, options, callback }),
			(error: unknown) => callback(error as NodeJS.ErrnoException, ""),
		);
	};
	function requireHost(host: string): void {
		const plain = plainHost(host);
		if (isIP(plain)) requireAddress(plain, plain);
	}
	return {
		lookup,
		requireHost,
		requireAddress,
		async connect({ host, port, timeoutMs = connectTimeoutMsDefault, signal }) {
			requireHost(host);
			const socket = connectSocket({ host: plainHost(host), port, lookup });
			return settleConnection(socket, { host, timeoutMs, signal, requireAddress });
		},
	};
}

function parseAllowed(entry: string): string | AddressRange {
	if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(entry) && !/^[\d.]+$/.test(entry)) return plainHost(entry);
	return parseRange(entry.replace(/^\[|\]$/g, ""));
}

/** In lower case, without the brackets of an IPv6 address and the dot of a name's end. */
function plainHost(host: string): string {
	return host
		.toLowerCase()
		.replace(/^\[|\]$/g, "")
		.replace(/\.$/, "");
}

function resolveBySystem(name: string): Promise<LookupAddress[]> {
	return new Promise((resolve, reject) => {
		systemLookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
	});
}

type LookupAnswer = {
	name: string;
	addresses: LookupAddress[];
	options: Parameters<LookupFunction>[1];
	callback: Parameters<LookupFunction>[2];
};

function answerLookup({ name, addresses, options, callback }: LookupAnswer): void {
	const family =
		options.family === 4 || options.family === "IPv4" ? 4 : options.family === 6 || options.family === "IPv6" ? 6 : 0;
	const fitting = family === 0 ? addresses : addresses.filter((entry) => entry.family === family);
	const [first] = fitting;
	if (!first) return callback(Object.assign(new Error(`${name} has no address`), { code: "ENOTFOUND" }), "");
	if (options.all) return callback(null, fitting);
	callback(null, first.address, first.family);
}

type Settling = {
	host: string;
	timeoutMs: number;
	signal?: AbortSignal;
	requireAddress: AddressGuard["requireAddress"];
};

function settleConnection(socket: Socket, o: Settling): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const end = (error: unknown) => {
			clearTimeout(timer);
			o.signal?.removeEventListener("abort", onAbort);
			socket.destroy();
			reject(error);
		};
		const onAbort = () => end(o.signal?.reason);
		const timer = setTimeout(() => end(noAnswer(o.host, "timeout")), o.timeoutMs);
		if (o.signal?.aborted) return onAbort();
		o.signal?.addEventListener("abort", onAbort, { once: true });
		const onError = (error: Error) => end(error instanceof AppError ? error : noAnswer(o.host, "unavailable", error));
		socket.once("error", onError);
		socket.once("connect", () => {
			try {
				o.requireAddress(socket.remoteAddress ?? "", o.host);
			} catch (error) {
				return end(error);
			}
			clearTimeout(timer);
			o.signal?.removeEventListener("abort", onAbort);
			socket.off("error", onError);
			resolve(socket);
		});
	});
}

function closedAddress(host: string): AppError {
	return new AppError({
		code: "invalid",
		message: `${host} is on a private network, or on this server itself: no request goes there. The operator of this server can allow it with DEVBOX_ALLOWED_ADDRESSES.`,
	});
}

export function noAnswer(host: string, code: "unavailable" | "timeout", cause?: unknown): AppError {
	const what = code === "timeout" ? "did not answer in time" : "cannot be reached from this server";
	return new AppError({ code, message: `${host} ${what}. Check the address, or try again later.`, cause });
}
