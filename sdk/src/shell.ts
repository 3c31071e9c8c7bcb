/** `box.shell`: a terminal over a WebSocket. Binary frames are its bytes, text frames are JSON about it. */
import type { DevboxApi } from "./api-types.ts";
import { DevboxError } from "./devbox-error.ts";
import { ShellConnection } from "./shell-connection.ts";
import type { Transport } from "./transport.ts";

/** The class WebSocket of Node 22, Deno, Bun or the package `ws`: all take headers so; a page sends its cookie instead. */
export type WebSocketConstructor = new (url: string, options?: never) => object;

/** What all of them can do, by the standard. */
export type WebSocketLike = {
	binaryType: string;
	send(data: string | Uint8Array): void;
	close(code?: number): void;
	addEventListener(type: "open" | "message" | "close" | "error", listener: (event: never) => void): void;
};

export type ShellOptions = {
	/** Terminals are named: the same name comes back to the same programs. `main`, as the dashboard opens it, unless told. */
	name?: string;
	/** From 2 to 500; 80 unless told. */
	cols?: number;
	/** From 2 to 500; 24 unless told. */
	rows?: number;
	/** Closes it. What runs in it goes on. */
	signal?: AbortSignal;
	/** Milliseconds until it must be open; 30 s unless told. */
	timeoutMs?: number;
};

export type ShellEnd = {
	/** Of the shell, null when a signal ended it; undefined when you closed it. */
	exitCode: number | null | undefined;
};

export type Shell = {
	/** What the terminal shows, as bytes. Not reading holds the program in the devbox back. */
	readonly output: ReadableStream<Uint8Array>;
	/** This terminal was there before: its history comes first. */
	readonly isExisting: boolean;
	/** Resolves when it is over; rejects with `lost` when the connection broke, and with the reason when the devbox stopped. */
	readonly ended: Promise<ShellEnd>;
	/** Types. */
	write(data: string | Uint8Array): void;
	resize(size: { cols: number; rows: number }): void;
	/** What runs in it goes on, and is there again under the same name. */
	close(): void;
};

export type ShellClient = {
	transport: Transport;
	api: DevboxApi;
	devboxId: string;
	WebSocket?: WebSocketConstructor;
};

/** Throws `wrong_state` when the devbox does not run, `not_supported` where there is no WebSocket. */
export async function openShell(client: ShellClient, o: ShellOptions): Promise<Shell> {
	const Socket = client.WebSocket ?? (globalThis.WebSocket as WebSocketConstructor | undefined);
	if (!Socket)
		throw new DevboxError({
			code: "not_supported",
			detail:
				"This Node has no WebSocket. Use Node 22, or `new Compute({ WebSocket })` with the class of the package ws.",
		});
	const ticket = await client.api.createTerminalTicket({ id: client.devboxId, terminal: o.name }, { signal: o.signal });
	const url = socketUrl(client.transport.apiUrl, ticket.url);
	const headers = client.transport.credentials;
	const isPage = Object.keys(headers).length === 0;
	// A page's own cookie goes along by itself; there a second argument would be a protocol.
	const socket = isPage ? new Socket(url) : new Socket(url, { headers } as never);
	return new ShellConnection(socket as WebSocketLike, o).open();
}

function socketUrl(apiUrl: string, path: string): string {
	const base = apiUrl.startsWith("/") ? globalThis.location.origin : apiUrl;
	const url = new URL(path, base);
	url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
	return url.href;
}
