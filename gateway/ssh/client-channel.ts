/**
 * One channel of an SSH client as a well-behaved Duplex: what is read came from the client, what is written goes to it, and `stderr`
 * is its second way out. Reading grants the client window, writing waits for the client's window and for its connection, so that
 * whoever is slow holds the other side up and not our memory.
 */
import { Duplex, Writable } from "node:stream";
import { type SshReader, SshWireError } from "../../lib/domain/ssh-wire.ts";
import { messageTypes, sshMessage } from "./ssh-message.ts";
import type { SshTransport } from "./ssh-transport.ts";

export type ChannelRequest = { type: string; fields: SshReader };

export type ClientChannelInput = {
	transport: Pick<SshTransport, "isClosed" | "isFull" | "send" | "sendData" | "whenRoom">;
	localId: number;
	remoteId: number;
	/** What the client may send before we read. */
	receiveWindow: number;
	sendWindow: number;
	/** Bytes of data in one packet to the client. */
	packetBytesMax: number;
	/** Both sides have closed it: its number is free. */
	onFree: () => void;
	/** Bytes either way, for those who watch the connection. */
	onTraffic: (bytes: number, direction: "in" | "out") => void;
};

type Outgoing = { data: Uint8Array; done: (error?: Error | null) => void };

/** RFC 4254, section 5.2. */
const windowMax = 0xffff_ffff;

export class ClientChannel extends Duplex {
	readonly stderr: Writable;
	/** Answers whether the request was carried out. */
	onRequest: (request: ChannelRequest) => boolean = () => false;
	readonly #o: ClientChannelInput;
	readonly #received: Uint8Array[] = [];
	#receiveWindow: number;
	#sendWindow: number;
	#owedBytes = 0;
	#isReading = false;
	#hasEof = false;
	#hasEnded = false;
	#stdout: Outgoing | null = null;
	#errors: Outgoing | null = null;
	#isWaitingForRoom = false;
	#isStdoutEnded = false;
	#isStderrEnded = false;
	#isFinishing = false;
	#isEofSent = false;
	#isCloseSent = false;
	#isCloseReceived = false;

	constructor(o: ClientChannelInput) {
		super({ allowHalfOpen: true });
		this.#o = o;
		this.#receiveWindow = o.receiveWindow;
		this.#sendWindow = o.sendWindow;
		this.stderr = new Writable({
			write: (data: Buffer, _encoding, done) => {
				this.#errors = { data, done };
				this.#send();
			},
			final: (done) => {
				this.#isStderrEnded = true;
				this.#sendEnd();
				done();
			},
		});
		// Nobody has to listen: what happens to a channel is told by `gone`.
		this.on("error", () => undefined);
		this.stderr.on("error", () => undefined);
	}

	/** The client, or its whole connection, has gone: nothing that is written arrives. */
	get isGone(): boolean {
		return this.#isCloseReceived;
	}

	/** Throws for more than the window, and for anything after the end. */
	receive(data: Uint8Array): void {
		if (this.#hasEof) throw new SshWireError("data came after the end of a channel");
		if (data.length > this.#receiveWindow) throw new SshWireError("more data came than a channel may take");
		this.#receiveWindow -= data.length;
		this.#o.onTraffic(data.length, "in");
		if (this.#isCloseSent || this.destroyed || data.length === 0) return;
		this.#received.push(data);
		this.#deliver();
	}

	receiveEof(): void {
		this.#hasEof = true;
		this.#deliver();
	}

	/** What has come and was not read yet stays to be read. */
	receiveClose(): void {
		this.#isCloseReceived = true;
		this.#sendClose();
		this.#o.onFree();
		this.#settle();
		this.#hasEof = true;
		this.#deliver();
		this.end();
		this.stderr.end();
		this.emit("gone");
	}

	/** The connection is gone. */
	lose(): void {
		this.#isCloseSent = true;
		this.#isCloseReceived = true;
		this.emit("gone");
		this.destroy();
	}

	grant(bytes: number): void {
		this.#sendWindow += bytes;
		if (this.#sendWindow > windowMax) throw new SshWireError("an impossible window was granted");
		this.#send();
	}

	receiveRequest(request: ChannelRequest, wantsReply: boolean): void {
		const isDone = !this.#isCloseSent && this.onRequest(request);
		if (!wantsReply || this.#isCloseSent) return;
		const type = isDone ? messageTypes.channelSuccess : messageTypes.channelFailure;
		this.#o.transport.send(sshMessage(type, this.#o.remoteId));
	}

	sendExit(exit: { code: number | null; signal: string | null }): void {
		if (this.#isCloseSent) return;
		const { transport, remoteId } = this.#o;
		const head = [messageTypes.channelRequest, remoteId] as const;
		if (exit.signal !== null) {
			const name = exit.signal.replace(/^SIG/, "");
			transport.send(sshMessage(...head, "exit-signal", false, name, false, "", ""));
		} else transport.send(sshMessage(...head, "exit-status", false, exit.code ?? 255));
	}

	/** Lets go out what was written, then closes; what the client still sends is dropped. */
	finish(): void {
		this.#isFinishing = true;
		this.unpipe();
		this.resume();
		this.end();
		this.stderr.end();
		this.#sendEnd();
	}

	override _read(): void {
		this.#isReading = true;
		this.#deliver();
	}

	override _write(data: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#stdout = { data, done };
		this.#send();
	}

	/** Waits for `stderr`, or for the end of the channel: once both ways have finished it is destroyed, with what has not gone out yet. */
	override _final(done: (error?: Error | null) => void): void {
		this.#isStdoutEnded = true;
		this.#sendEnd();
		if (this.stderr.closed) done();
		else this.stderr.once("close", () => done());
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		this.#received.length = 0;
		this.#sendClose();
		this.#settle();
		if (!this.stderr.destroyed) this.stderr.destroy();
		done(error);
	}

	#deliver(): void {
		while (this.#isReading) {
			const data = this.#received.shift();
			if (!data) break;
			this.#isReading = this.push(data);
			this.#credit(data.length);
		}
		if (!this.#hasEof || this.#hasEnded || this.#received.length > 0) return;
		this.#hasEnded = true;
		this.push(null);
	}

	/** In portions, so that a small read does not cost a packet. */
	#credit(bytes: number): void {
		this.#owedBytes += bytes;
		if (this.#owedBytes < this.#o.receiveWindow / 4 || this.#hasEof || this.#isCloseSent) return;
		this.#receiveWindow += this.#owedBytes;
		this.#o.transport.send(sshMessage(messageTypes.channelWindowAdjust, this.#o.remoteId, this.#owedBytes));
		this.#owedBytes = 0;
	}

	#send(): void {
		const { transport } = this.#o;
		for (;;) {
			if (this.#isCloseSent || transport.isClosed) return this.#settle();
			const outgoing = this.#errors ?? this.#stdout;
			if (!outgoing) return;
			if (transport.isFull) return this.#waitForRoom();
			if (this.#sendWindow === 0) return;
			const isStderr = outgoing === this.#errors;
			const bytes = Math.min(outgoing.data.length, this.#sendWindow, this.#o.packetBytesMax);
			if (bytes > 0) {
				transport.sendData({ channel: this.#o.remoteId, data: outgoing.data.subarray(0, bytes), isStderr });
				this.#sendWindow -= bytes;
				this.#o.onTraffic(bytes, "out");
			}
			outgoing.data = outgoing.data.subarray(bytes);
			if (outgoing.data.length > 0) continue;
			if (isStderr) this.#errors = null;
			else this.#stdout = null;
			outgoing.done();
		}
	}

	#waitForRoom(): void {
		if (this.#isWaitingForRoom) return;
		this.#isWaitingForRoom = true;
		this.#o.transport.whenRoom(() => {
			this.#isWaitingForRoom = false;
			this.#send();
		});
	}

	/** Whoever waits for a write that cannot arrive any more goes on, as with a pipe that nobody reads. */
	#settle(): void {
		const waiting = [this.#errors, this.#stdout];
		this.#errors = null;
		this.#stdout = null;
		for (const outgoing of waiting) outgoing?.done();
	}

	#sendEnd(): void {
		if (!this.#isStdoutEnded || !this.#isStderrEnded) return;
		if (!this.#isEofSent && !this.#isCloseSent) {
			this.#isEofSent = true;
			this.#o.transport.send(sshMessage(messageTypes.channelEof, this.#o.remoteId));
		}
		if (this.#isFinishing) this.#sendClose();
	}

	#sendClose(): void {
		if (this.#isCloseSent) return;
		this.#isCloseSent = true;
		this.#o.transport.send(sshMessage(messageTypes.channelClose, this.#o.remoteId));
	}
}
