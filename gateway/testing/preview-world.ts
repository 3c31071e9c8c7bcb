/**
 * A gateway with a box whose loopback is this machine's, so that servers of a test are what listens in it, and browsers with a cookie
 * jar that know the way to every name.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from "node:http";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createBoxLinks } from "../../lib/link/box-links.ts";
import { startLocalBox } from "../../lib/link/testing/local-box.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "./test-gateway.ts";

export type PreviewWorld = {
	gate: TestGateway;
	/** A server on 127.0.0.1 of the box, with the port it got. */
	listen(listener: RequestListener): Promise<{ port: number; server: http.Server }>;
	/** Whatever a program may do on a port. */
	listenRaw(onSocket: (socket: net.Socket) => void, host?: string): Promise<number>;
	browser(person?: TestPerson): Browser;
	breakLinks(): void;
	close(): Promise<void>;
};

export type Answer = { status: number; headers: IncomingHttpHeaders; text: string };
type RequestInit = { method?: string; headers?: Record<string, string>; body?: string | Buffer };

export type Browser = {
	/** One request, with this jar's cookies of that host; a redirect is an answer. */
	send(url: string, o?: RequestInit): Promise<Answer>;
	/** The same, for who reads the answer as it comes. */
	open(url: string, o?: RequestInit): Promise<IncomingMessage>;
	/** As a person does: goes there, and on through redirects. Answers with the address it ended at. */
	visit(url: string): Promise<Answer & { url: string; visited: string[] }>;
	/** The Cookie header for a host. */
	cookie(host: string): string;
	setCookie(host: string, pair: string): void;
};

export async function startPreviewWorld(): Promise<PreviewWorld> {
	const box = await startLocalBox();
	const gate = await startTestGateway({
		openLinks: () => createBoxLinks({ engine: { exec: (o) => box.engine.exec({ ...o, name: box.instance }) } }),
	});
	const closers: (() => Promise<void>)[] = [];
	const { port } = gate.gateway.address;
	return {
		gate,
		browser: (person) => openBrowser(port, person),
		breakLinks: box.breakStreams,
		async listen(listener) {
			const server = http.createServer(listener);
			await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
			closers.push(async () => {
				server.closeAllConnections();
				server.close();
			});
			return { port: (server.address() as AddressInfo).port, server };
		},
		async listenRaw(onSocket, host = "127.0.0.1") {
			const sockets = new Set<net.Socket>();
			const server = net.createServer((socket) => {
				sockets.add(socket);
				socket.on("error", () => socket.destroy());
				onSocket(socket);
			});
			await new Promise<void>((resolve) => server.listen(0, host, resolve));
			closers.push(async () => {
				for (const socket of sockets) socket.destroy();
				server.close();
			});
			return (server.address() as AddressInfo).port;
		},
		async close() {
			await gate.close();
			for (const close of closers) await close();
			await box.close();
		},
	};
}

export function openBrowser(port: number, person?: TestPerson): Browser {
	const jar = new Map<string, Map<string, string>>();

	function setCookie(host: string, pair: string): void {
		const at = pair.indexOf("=");
		const cookies = jar.get(host) ?? new Map<string, string>();
		jar.set(host, cookies.set(pair.slice(0, at), pair.slice(at + 1)));
	}

	function cookie(host: string): string {
		return [...(jar.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
	}

	function open(url: string, o: RequestInit = {}): Promise<IncomingMessage> {
		const { host, pathname, search } = new URL(url);
		const cookies = cookie(host);
		const headers = { host, ...(cookies ? { cookie: cookies } : {}), ...o.headers };
		return new Promise((resolve, reject) => {
			const request = http.request(
				{ host: "127.0.0.1", port, path: pathname + search, method: o.method, headers, agent: false },
				(response) => {
					for (const set of response.headers["set-cookie"] ?? []) setCookie(host, set.split(";")[0] ?? "");
					resolve(response);
				},
			);
			request.on("error", reject);
			request.setTimeout(30_000, () => request.destroy(new Error(`nothing from ${url} within 30 s`)));
			request.end(o.body);
		});
	}

	async function send(url: string, o: RequestInit = {}): Promise<Answer> {
		const response = await open(url, o);
		const chunks: Buffer[] = [];
		for await (const chunk of response) chunks.push(chunk as Buffer);
		return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() };
	}

	async function visit(first: string) {
		const visited: string[] = [];
		let url = first;
		for (let hop = 0; hop < 10; hop++) {
			visited.push(url);
			const answer = await send(url, {
				headers: {
					accept: "text/html",
					"sec-fetch-mode": "navigate",
					"sec-fetch-site": hop === 0 ? "none" : "cross-site",
				},
			});
			const to = answer.headers.location;
			if (!to || answer.status < 300 || answer.status > 399) return { ...answer, url, visited };
			url = new URL(to, url).href;
		}
		throw new Error(`redirected without end: ${visited.join(" ")}`);
	}

	if (person) setCookie("devbox.test", person.cookie);
	return { send, open, visit, cookie, setCookie };
}

/** Speaks by hand, for what a client of `http` would not do. */
export function rawRequest(port: number, text: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket: Duplex = net.connect(port, "127.0.0.1");
		let said = "";
		socket.on("data", (chunk: Buffer) => {
			said += chunk.toString("latin1");
		});
		socket.on("close", () => resolve(said));
		socket.on("error", reject);
		socket.write(text);
	});
}
