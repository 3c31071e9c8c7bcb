/**
 * Requests of this server to addresses that a user, or another server's redirect, has named. Every connection goes through the address
 * guard, every redirect is looked at anew, credentials stay with the origin that they were meant for, and time and size are bounded.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { AppError } from "../domain/errors.ts";
import { type AddressGuard, noAnswer } from "./address-guard.ts";

export type GuardedRequest = {
	url: string;
	method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	headers?: Readonly<Record<string, string>>;
	body?: string;
	/** For all of it, redirects and body included. */
	timeoutMs?: number;
	bytesMax?: number;
	/** Followed for GET alone; 0 hands the redirect itself out. */
	redirectsMax?: number;
	/** A redirect to another origin throws AppError `unavailable`; without this, it is followed without `authorization` and `cookie`. */
	isOriginFixed?: boolean;
	signal?: AbortSignal;
};

export type GuardedResponse = { status: number; headers: IncomingHttpHeaders; body: Buffer; url: string };

/** Throws AppError: `invalid` for a closed address, `unavailable`, `timeout`, and `too_large` for an answer past its bound. */
export type GuardedFetch = {
	(o: GuardedRequest): Promise<GuardedResponse>;
	/** Lets go of idle connections. */
	close(): void;
};

const timeoutMsDefault = 10_000;
const bytesMaxDefault = 8 * 1024 * 1024;
const redirects = new Set([301, 302, 303, 307, 308]);
const idleSocketsMax = 8;

export function openGuardedFetch(guard: AddressGuard): GuardedFetch {
	const options = { keepAlive: true, maxFreeSockets: idleSocketsMax, lookup: guard.lookup };
	const agents = { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) } as const;

	async function send(o: GuardedRequest, url: URL, signal: AbortSignal): Promise<GuardedResponse> {
		guard.requireHost(url.hostname);
		const response = await open({ ...o, url, signal, agents, guard });
		return {
			status: response.statusCode ?? 0,
			headers: response.headers,
			body: await readBody(response, o, url),
			url: url.href,
		};
	}

	async function guardedFetch(o: GuardedRequest): Promise<GuardedResponse> {
		const deadline = AbortSignal.timeout(o.timeoutMs ?? timeoutMsDefault);
		const signal = o.signal ? AbortSignal.any([o.signal, deadline]) : deadline;
		let url = parseUrl(o.url);
		let headers = o.headers ?? {};
		const method = o.method ?? "GET";
		try {
			for (let left = method === "GET" ? (o.redirectsMax ?? 0) : 0; ; left--) {
				const response = await send({ ...o, method, headers }, url, signal);
				const location = response.headers.location;
				if (!redirects.has(response.status) || location === undefined || (o.redirectsMax ?? 0) === 0) return response;
				if (left <= 0) throw unexpected(url.host, "redirects more often than is followed");
				const next = parseUrl(location, url);
				if (next.origin !== url.origin) {
					if (o.isOriginFixed) throw unexpected(url.host, "redirects to another server");
					headers = withoutCredentials(headers);
				}
				url = next;
			}
		} catch (error) {
			if (o.signal?.aborted) throw o.signal.reason;
			if (deadline.aborted) throw noAnswer(url.host, "timeout", error);
			throw error instanceof AppError ? error : noAnswer(url.host, "unavailable", error);
		}
	}
	return Object.assign(guardedFetch, {
		close() {
			for (const agent of Object.values(agents)) agent.destroy();
		},
	});
}

type Opening = Omit<GuardedRequest, "url" | "signal"> & {
	url: URL;
	signal: AbortSignal;
	agents: { readonly "http:": HttpAgent; readonly "https:": HttpsAgent };
	guard: AddressGuard;
};

function open(o: Opening): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		const isTls = o.url.protocol === "https:";
		const length = o.body === undefined ? {} : { "content-length": String(Buffer.byteLength(o.body)) };
		const request = (isTls ? httpsRequest : httpRequest)(o.url, {
			method: o.method,
			headers: { ...o.headers, ...length, "accept-encoding": "identity" },
			agent: isTls ? o.agents["https:"] : o.agents["http:"],
			signal: o.signal,
		});
		request.once("error", reject);
		request.once("response", resolve);
		// Behind the look-up: whatever way a socket was opened, nothing is sent to a closed address.
		request.once("socket", (socket: Socket) => {
			const look = () => {
				try {
					o.guard.requireAddress(socket.remoteAddress ?? "", o.url.hostname);
					request.end(o.body);
				} catch (error) {
					request.destroy(error as Error);
				}
			};
			if (socket.connecting) socket.once("connect", look);
			else look();
		});
	});
}

async function readBody(response: IncomingMessage, o: GuardedRequest, url: URL): Promise<Buffer> {
	const bytesMax = o.bytesMax ?? bytesMaxDefault;
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of response) {
		bytes += (chunk as Buffer).length;
		// Leaving the loop ends the connection.
		if (bytes > bytesMax)
			throw new AppError({ code: "too_large", message: `${url.host} answered with more than ${bytesMax} bytes.` });
		chunks.push(chunk as Buffer);
	}
	return Buffer.concat(chunks);
}

function parseUrl(text: string, base?: URL): URL {
	const url = URL.parse(text, base);
	if (!url || (url.protocol !== "https:" && url.protocol !== "http:"))
		throw new AppError({ code: "invalid", message: "Only http and https addresses are asked." });
	if (url.username || url.password)
		throw new AppError({ code: "invalid", message: "An address with a user or password in it is not asked." });
	return url;
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).filter(([name]) => !/^(authorization|cookie|proxy-authorization)$/i.test(name)),
	);
}

function unexpected(host: string, what: string): AppError {
	return new AppError({ code: "unavailable", message: `${host} ${what}.` });
}
