/**
 * One terminal's connection, for as long as its tab is open: a ticket, a WebSocket, and after a loss both again. It knows nothing
 * of the screen but how to write bytes to it, and nothing of the server but the protocol.
 */
import { terminalCloseCodes } from "@/lib/contract/terminal-protocol.ts";
import { createAckCounter } from "./ack-counter.ts";
import { createPendingInput } from "./pending-input.ts";
import { watchReplayEnd } from "./replay-end.ts";
import { encodeMessage, parseServerMessage } from "./terminal-messages.ts";

export type TerminalSize = { cols: number; rows: number };

export type ConnectionState =
	| { kind: "connecting" }
	/** `tmux`: a reload comes back to it. `shell`: it does not. */
	| { kind: "connected"; mode: "tmux" | "shell" }
	| { kind: "reconnecting"; attempt: number; reason: string | null }
	/** Nothing more happens by itself. */
	| { kind: "ended"; reason: string };

/** The part of a WebSocket that is used. */
export type TerminalSocket = Pick<WebSocket, "send" | "close"> & {
	readonly readyState: number;
	binaryType: BinaryType;
	onopen: (() => void) | null;
	onmessage: ((event: { data: unknown }) => void) | null;
	onclose: (() => void) | null;
};

export type Ticket = { kind: "ticket"; url: string } | { kind: "refused"; reason: string };

export type ConnectionInput = {
	/** A throw is a failure that may pass; a refusal ends the connection. */
	requestTicket: () => Promise<Ticket>;
	openSocket: (url: string) => TerminalSocket;
	/** Bytes for the screen; `onWritten` when it has taken them. */
	write: (bytes: Uint8Array | string, onWritten?: () => void) => void;
	/** The size of the screen now. */
	size: () => TerminalSize;
	onState: (state: ConnectionState) => void;
	/** Input that was typed without a connection did not fit, or the shell that it was meant for is gone. */
	onInputDropped: () => void;
};

export type TerminalConnection = {
	send(input: string | Uint8Array): void;
	resize(size: TerminalSize): void;
	/** At once, without waiting for the pause to pass; also after an end. */
	reconnect(): void;
	/**
	 * The history that tmux keeps and its screen once more, in place of what was written. False without tmux or a connection.
	 * `onDone` is called once: when the history is on the screen (true), or will not come this time (false).
	 */
	replay(onDone: (isWhole: boolean) => void): boolean;
	close(): void;
};

export const retryMinMs = 300;
export const retryMaxMs = 5_000;
/** From the ticket to `ready`. */
export const readyMaxMs = 15_000;
/** From `ready` to the end of the history that was asked for again; a box that does not mark it costs no more than this wait. */
export const replayMaxMs = 5_000;
const openState = 1;
/** Full reset, in the stream itself: what was written before it is drawn before it. */
const resetSequence = "\x1bc";

export function openTerminalConnection(input: ConnectionInput): TerminalConnection {
	const pending = createPendingInput();
	const encoder = new TextEncoder();
	let socket: TerminalSocket | null = null;
	let isReady = false;
	let hasEnded = false;
	let wasReady = false;
	/** Another shell was asked for: what is typed from then on is meant for it. */
	let isAskedAnew = false;
	let attempt = 0;
	/** Each try has a number: answers of an older one come too late. */
	let epoch = 0;
	let timer: ReturnType<typeof setTimeout> | null = null;
	let lastReason: string | null = null;
	let isKept = false;
	let onReplayed: ((isWhole: boolean) => void) | null = null;

	function settleReplay(isWhole: boolean): void {
		const tell = onReplayed;
		onReplayed = null;
		tell?.(isWhole);
	}

	function schedule(run: () => void, ms: number): void {
		if (timer) clearTimeout(timer);
		timer = setTimeout(run, ms);
	}

	function dropSocket(): void {
		epoch += 1;
		if (timer) clearTimeout(timer);
		timer = null;
		isReady = false;
		settleReplay(false);
		const old = socket;
		socket = null;
		if (!old) return;
		old.onopen = null;
		old.onmessage = null;
		old.onclose = null;
		old.close();
	}

	/** What was typed for one shell never runs in another. */
	function dropPending(): void {
		if (pending.take().length > 0) input.onInputDropped();
	}

	function end(reason: string): void {
		dropSocket();
		hasEnded = true;
		dropPending();
		input.onState({ kind: "ended", reason });
	}

	function retry(): void {
		dropSocket();
		attempt += 1;
		input.onState({ kind: "reconnecting", attempt, reason: lastReason });
		schedule(() => void connect(), Math.min(retryMaxMs, retryMinMs * 2 ** (attempt - 1)));
	}

	async function connect(): Promise<void> {
		const mine = ++epoch;
		schedule(() => {
			lastReason = "The server did not answer in time.";
			retry();
		}, readyMaxMs);
		let ticket: Ticket;
		try {
			ticket = await input.requestTicket();
		} catch (error) {
			if (mine !== epoch) return;
			lastReason = error instanceof Error ? error.message : null;
			retry();
			return;
		}
		if (mine !== epoch) return;
		if (ticket.kind === "refused") end(ticket.reason);
		else follow(input.openSocket(ticket.url));
	}

	function follow(next: TerminalSocket): void {
		socket = next;
		next.binaryType = "arraybuffer";
		const acks = createAckCounter((bytes) => {
			// A screen that takes the last bytes of a connection that is gone has nobody to tell.
			if (socket === next && next.readyState === openState) next.send(encodeMessage({ type: "ack", bytes }));
		});
		const replayEnd = watchReplayEnd();
		next.onopen = () => next.send(encodeMessage({ type: "resize", ...input.size() }));
		next.onclose = retry;
		next.onmessage = ({ data }) => {
			if (typeof data === "string") onMessage(data);
			else if (data instanceof ArrayBuffer) {
				acks.received(data.byteLength);
				const bytes = new Uint8Array(data);
				const isReplayed = onReplayed !== null && replayEnd.push(bytes);
				input.write(bytes, () => {
					acks.written(data.byteLength);
					if (isReplayed && socket === next) settleReplay(true);
				});
			}
		};
	}

	function onMessage(text: string): void {
		const message = parseServerMessage(text);
		if (message?.type === "ready") onReady(message);
		else if (message?.type === "exit")
			end(
				message.code === 0 || message.code === null
					? "The shell has ended."
					: `The shell has ended with code ${message.code}.`,
			);
		else if (message?.type === "closed") {
			const mayRetry = terminalCloseCodes[message.code]?.retry ?? true;
			lastReason = message.reason;
			if (mayRetry) retry();
			else end(message.reason || "The server closed the terminal.");
		}
	}

	function onReady({ mode, existing }: { mode: "tmux" | "shell"; existing: boolean }): void {
		if (timer) clearTimeout(timer);
		timer = null;
		// The server sends the history again.
		if (wasReady) input.write(resetSequence);
		if (wasReady && !existing && !isAskedAnew) dropPending();
		isAskedAnew = false;
		wasReady = true;
		isReady = true;
		isKept = mode === "tmux";
		if (onReplayed) schedule(() => settleReplay(false), replayMaxMs);
		attempt = 0;
		lastReason = null;
		input.onState({ kind: "connected", mode });
		// The size may have changed since the socket opened.
		socket?.send(encodeMessage({ type: "resize", ...input.size() }));
		for (const bytes of pending.take()) sendBytes(bytes);
	}

	function sendBytes(bytes: Uint8Array): void {
		socket?.send(bytes as Uint8Array<ArrayBuffer>);
	}

	input.onState({ kind: "connecting" });
	void connect();
	return {
		send(text) {
			const bytes = typeof text === "string" ? encoder.encode(text) : text;
			if (isReady && socket?.readyState === openState) sendBytes(bytes);
			else if (hasEnded || !pending.add(bytes)) input.onInputDropped();
		},
		resize(size) {
			if (isReady && socket?.readyState === openState) socket.send(encodeMessage({ type: "resize", ...size }));
		},
		reconnect() {
			if (isReady && socket?.readyState === openState) return;
			dropSocket();
			isAskedAnew ||= hasEnded;
			hasEnded = false;
			attempt = 0;
			input.onState({ kind: "connecting" });
			void connect();
		},
		replay(onDone) {
			if (!isReady || !isKept || socket?.readyState !== openState) return false;
			dropSocket();
			onReplayed = onDone;
			void connect();
			return true;
		},
		close: dropSocket,
	};
}
