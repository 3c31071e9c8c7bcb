/** A terminal's connection over sockets that do what a test says. */
import { vi } from "vitest";
import {
	type ConnectionState,
	openTerminalConnection,
	type TerminalSocket,
	type Ticket,
} from "../terminal-connection.ts";

class FakeSocket implements TerminalSocket {
	binaryType: BinaryType = "blob";
	readyState = 0;
	onopen: (() => void) | null = null;
	onmessage: ((event: { data: unknown }) => void) | null = null;
	onclose: (() => void) | null = null;
	sent: unknown[] = [];
	isClosed = false;
	send(data: unknown) {
		this.sent.push(typeof data === "string" ? JSON.parse(data) : new TextDecoder().decode(data as Uint8Array));
	}
	close() {
		this.isClosed = true;
		this.readyState = 3;
	}
	open() {
		this.readyState = 1;
		this.onopen?.();
	}
	says(message: object) {
		this.onmessage?.({ data: JSON.stringify(message) });
	}
	bytes(text: string) {
		this.onmessage?.({ data: new TextEncoder().encode(text).buffer });
	}
	ready(existing = false) {
		this.open();
		this.says({ type: "ready", mode: "tmux", existing });
	}
	drops() {
		this.readyState = 3;
		this.onclose?.();
	}
}

export function setUp(tickets: (() => Promise<Ticket>)[] = []) {
	const sockets: FakeSocket[] = [];
	const states: ConnectionState[] = [];
	const writes: { text: string; done: () => void }[] = [];
	let dropped = 0;
	let asked = 0;
	const connection = openTerminalConnection({
		requestTicket: () => tickets[asked++]?.() ?? Promise.resolve({ kind: "ticket", url: "/t" }),
		openSocket: () => {
			const socket = new FakeSocket();
			sockets.push(socket);
			return socket;
		},
		write: (bytes, onWritten) => {
			writes.push({
				text: typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes),
				done: () => onWritten?.(),
			});
		},
		size: () => ({ cols: 80, rows: 24 }),
		onState: (state) => states.push(state),
		onInputDropped: () => {
			dropped += 1;
		},
	});
	return { connection, sockets, states, writes, last: () => states.at(-1), dropped: () => dropped };
}

export const settle = () => vi.advanceTimersByTimeAsync(0);
export const socketOf = (sockets: FakeSocket[], index: number) => {
	const socket = sockets[index];
	if (!socket) throw new Error(`there is no socket ${index}`);
	return socket;
};

export const typed = (socket: FakeSocket) => socket.sent.filter((item) => typeof item === "string").join("");
