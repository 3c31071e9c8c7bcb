/**
 * One terminal's WebSocket and one program on a pty in a box, tied together. Nothing piles up in between: the box is not read
 * while the client is behind, and the client is not read while the program is.
 */
import { WebSocket } from "ws";
import {
	type TerminalClientMessage,
	type TerminalCloseCode,
	type TerminalServerMessage,
	terminalClientMessage,
	terminalCloseCodes,
} from "../../lib/contract/terminal-protocol.ts";
import type { BoxChannel } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Log } from "../../lib/log/log.ts";
import { openFlowWindow } from "./flow-window.ts";
import { type MarkerResult, openModeMarkerReader } from "./mode-marker.ts";

export type TerminalSize = { cols: number; rows: number };
export type TerminalEnd = { code: TerminalCloseCode; reason: string };

type ConnectionOptions = {
	socket: WebSocket;
	/** `signal` is aborted when nobody waits for the channel any more. */
	openChannel: (size: TerminalSize, signal: AbortSignal) => Promise<BoxChannel>;
	/** Why the channel broke, when more is known than that it did. */
	explainLoss: () => Promise<TerminalEnd | null>;
	onInput: () => void;
	log: Log;
};

const firstMessageMs = 10_000;
const markerMs = 10_000;
/** Output that still waits when the program has ended: the client gets this long to take it. */
const lastOutputMs = 30_000;
const closeHandshakeMs = 2_000;
/** Typed before the program runs. */
const earlyInputBytesMax = 64 * 1024;

export class TerminalConnection {
	readonly #o: ConnectionOptions;
	readonly #flow = openFlowWindow();
	readonly #marker = openModeMarkerReader();
	readonly #ending = new AbortController();
	readonly #timers = new Set<NodeJS.Timeout>();
	readonly #early: Buffer[] = [];
	#channel: BoxChannel | null = null;
	#size: TerminalSize | null = null;
	#isReady = false;
	#isEnded = false;
	#isAlive = true;
	#isInputPaused = false;
	#isOutputPaused = false;

	constructor(o: ConnectionOptions) {
		this.#o = o;
		const { socket, log } = o;
		socket.on("message", (data: Buffer, isBinary: boolean) => this.#onFrame(data, isBinary));
		socket.on("pong", () => {
			this.#isAlive = true;
		});
		// `close` follows; ws has answered with the right code (a frame too large, bad UTF-8).
		socket.on("error", (error) => log.debug({ err: error }, "a terminal's socket broke"));
		socket.on("close", () => this.#end());
		this.#after(firstMessageMs, () => {
			if (!this.#size) this.close("bad_message", "No resize came within 10 seconds.");
		});
	}

	/** Tells the client why, closes the socket and hangs the program's terminal up. The second call does nothing. */
	close(code: TerminalCloseCode, reason: string): void {
		if (this.#isEnded) return;
		this.#end();
		this.#send({ type: "closed", reason, code });
		this.#closeSocket(terminalCloseCodes[code].close);
	}

	/** A ping; a client that did not answer the last one is dropped. */
	checkAlive(): void {
		if (this.#isEnded) return;
		// While we do not read, no answer can arrive; a peer that is gone then fails the write.
		if (!this.#isAlive && !this.#isInputPaused) {
			this.#o.socket.terminate();
			return;
		}
		this.#isAlive = false;
		this.#o.socket.ping();
	}

	/** Both ends go, whichever went first. */
	#end(): void {
		if (this.#isEnded) return;
		this.#isEnded = true;
		for (const timer of this.#timers) clearTimeout(timer);
		this.#ending.abort();
		this.#channel?.close();
		this.#channel?.stdio.destroy();
	}

	#closeSocket(closeCode: number): void {
		const { socket } = this.#o;
		// A paused socket would not hear the other side's goodbye.
		if (this.#isInputPaused) socket.resume();
		socket.close(closeCode);
		setTimeout(() => socket.terminate(), closeHandshakeMs).unref();
	}

	#send(message: TerminalServerMessage): void {
		const { socket } = this.#o;
		if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
	}

	#after(ms: number, action: () => void): void {
		this.#timers.add(setTimeout(action, ms));
	}

	#onFrame(data: Buffer, isBinary: boolean): void {
		if (this.#isEnded) return;
		const message = isBinary ? null : parseMessage(data);
		if (isBinary) this.#onBytes(data);
		else if (message) this.#onMessage(message);
		else this.close("bad_message", "A control message was not understood.");
	}

	#onMessage(message: TerminalClientMessage): void {
		if (message.type === "ack") {
			if (this.#flow.acknowledged(message.bytes)) this.#resumeOutput();
			else this.close("bad_message", "More was acknowledged than was sent.");
			return;
		}
		const isFirst = this.#size === null;
		this.#size = { cols: message.cols, rows: message.rows };
		if (isFirst) void this.#start(this.#size);
		else this.#channel?.resize(this.#size);
	}

	#onBytes(bytes: Buffer): void {
		if (!this.#size) {
			this.close("bad_message", "The first message must be a resize.");
			return;
		}
		this.#o.onInput();
		if (!this.#channel) {
			this.#early.push(bytes);
			const held = this.#early.reduce((sum, piece) => sum + piece.length, 0);
			if (held > earlyInputBytesMax) this.#pauseInput();
		} else if (this.#channel.stdio.writable && !this.#channel.stdio.write(bytes)) this.#pauseInput();
	}

	#pauseInput(): void {
		if (this.#isInputPaused) return;
		this.#isInputPaused = true;
		this.#o.socket.pause();
	}

	#resumeInput(): void {
		if (!this.#isInputPaused || this.#isEnded) return;
		this.#isInputPaused = false;
		this.#isAlive = true;
		this.#o.socket.resume();
	}

	async #start(asked: TerminalSize): Promise<void> {
		try {
			const channel = await this.#o.openChannel(asked, this.#ending.signal);
			if (this.#isEnded) channel.close();
			else this.#attach(channel, asked);
		} catch (error) {
			if (this.#isEnded) return;
			const { code, reason } = openFailure(error, this.#o.log);
			this.close(code, reason);
		}
	}

	#attach(channel: BoxChannel, asked: TerminalSize): void {
		this.#channel = channel;
		const { stdio, stderr } = channel;
		stderr.resume();
		stdio.on("data", (chunk: Buffer) => this.#onOutput(chunk));
		stdio.on("drain", () => this.#resumeInput());
		// The exit's promise says what happened; without a listener the stream's own error would end the process.
		stdio.on("error", (error) => this.#o.log.debug({ err: error }, "a terminal's stream broke"));
		this.#after(markerMs, () => this.#onMarker(this.#marker.giveUp()));
		const outputEnded = new Promise<void>((resolve) => {
			stdio.once("end", resolve).once("close", resolve);
			void channel.exit.then(
				() => this.#after(lastOutputMs, resolve),
				() => resolve(),
			);
		});
		channel.exit.then(
			async ({ code }) => {
				await outputEnded;
				this.#finish(code);
			},
			(error: unknown) => this.#lose(error),
		);
		const size = this.#size;
		if (size && (size.cols !== asked.cols || size.rows !== asked.rows)) channel.resize(size);
		this.#sendEarlyInput(channel);
	}

	#sendEarlyInput({ stdio }: BoxChannel): void {
		let isTaken = true;
		for (const bytes of this.#early.splice(0)) isTaken = stdio.write(bytes);
		if (isTaken) this.#resumeInput();
		else this.#pauseInput();
	}

	#onOutput(chunk: Buffer): void {
		if (this.#isReady) this.#forward(chunk);
		else this.#onMarker(this.#marker.push(chunk));
	}

	#onMarker(result: MarkerResult): void {
		if (result.kind === "more" || this.#isReady) return;
		this.#isReady = true;
		this.#send({ type: "ready", ...result.mode });
		if (result.rest.length) this.#forward(result.rest);
	}

	#forward(chunk: Buffer): void {
		const { socket } = this.#o;
		if (socket.readyState !== WebSocket.OPEN) return;
		this.#flow.sent(chunk.length);
		socket.send(chunk, { binary: true }, () => this.#resumeOutput());
		if (this.#isOutputPaused || !this.#flow.isFull(socket.bufferedAmount)) return;
		this.#isOutputPaused = true;
		this.#channel?.stdio.pause();
	}

	#resumeOutput(): void {
		if (!this.#isOutputPaused || this.#isEnded || !this.#flow.hasRoom(this.#o.socket.bufferedAmount)) return;
		this.#isOutputPaused = false;
		this.#channel?.stdio.resume();
	}

	#finish(code: number | null): void {
		if (this.#isEnded) return;
		this.#onMarker(this.#marker.giveUp());
		this.#end();
		this.#send({ type: "exit", code });
		this.#closeSocket(1000);
	}

	async #lose(error: unknown): Promise<void> {
		if (this.#isEnded) return;
		this.#o.log.info({ err: error }, "a terminal lost its box");
		const known = await this.#o.explainLoss();
		this.close(known?.code ?? "link_lost", known?.reason ?? "The connection into the devbox was lost.");
	}
}

function parseMessage(data: Buffer): TerminalClientMessage | null {
	try {
		return terminalClientMessage.parse(JSON.parse(data.toString("utf8")));
	} catch {
		// Not of the protocol: the caller closes.
		return null;
	}
}

function openFailure(error: unknown, log: Log): TerminalEnd {
	if (!(error instanceof AppError)) {
		log.error({ err: error }, "a terminal could not be opened");
		return { code: "internal", reason: "Something failed on our side. Try again." };
	}
	log.info({ err: error }, "a terminal was refused");
	const { message: reason } = error;
	if (error.code === "unauthenticated") return { code: "ticket_refused", reason };
	if (error.code === "not_found" || error.code === "wrong_state") return { code: "not_running", reason };
	return { code: "unavailable", reason };
}
