/**
 * The byte stream under SSH: a thin layer over the engine's exec stream that counts. ssh2 reads and writes its socket without
 * looking at backpressure, so the bounds are kept here: what comes before authentication, what is protocol chatter rather than
 * channel data, and what piles up because the box does not read.
 *
 * Writes of one turn leave as one: ssh2 writes a packet in three pieces, and each write below is a WebSocket frame or a system call.
 */
import { Duplex } from "node:stream";
import { linkLimits } from "./link-limits.ts";

/** Said by the link itself about a box that breaks the rules; never shown to the box. */
export class LinkViolation extends Error {
	constructor(message: string) {
		super(message);
		this.name = "LinkViolation";
	}
}

type WriteDone = (error: Error | null | undefined) => void;

export class LinkStream extends Duplex {
	readonly #inner: Duplex;
	readonly #now: () => number;
	#isAuthenticated = false;
	#chatterBytes = 0;
	#chatterAt: number;
	#inBytes = 0;
	#outBytes = 0;
	#isGathering = false;

	constructor(o: { inner: Duplex; now?: () => number }) {
		super({ allowHalfOpen: false });
		this.#inner = o.inner;
		this.#now = o.now ?? (() => performance.now());
		this.#chatterAt = this.#now();
		o.inner.on("data", (chunk: Buffer) => this.#receive(chunk));
		o.inner.on("end", () => this.push(null));
		o.inner.on("error", (error) => this.destroy(error));
		o.inner.on("close", () => this.destroy());
	}

	/** Bytes received so far. */
	get inBytes(): number {
		return this.#inBytes;
	}

	/** Bytes handed to the stream below so far. */
	get outBytes(): number {
		return this.#outBytes;
	}

	/** From now on the handshake's bound gives way to the one on chatter. */
	authenticated(): void {
		this.#isAuthenticated = true;
	}

	/** Takes one expected packet, with its frame, off the chatter count. May come before the packet, hence below zero. */
	credit(dataBytes: number): void {
		this.#chatterBytes = Math.max(-linkLimits.chatterBytesMax, this.#chatterBytes - dataBytes - 64);
	}

	#receive(chunk: Buffer): void {
		if (this.destroyed) return;
		this.#inBytes += chunk.length;
		if (this.#isAuthenticated) this.#chatterBytes += chunk.length;
		// ssh2 parses here and now, and the guard credits what it expected.
		if (!this.push(chunk)) this.#inner.pause();
		if (this.destroyed) return;
		const violation =
			this.#checkChatter() ?? (this.#isAuthenticated ? null : this.#checkHandshake()) ?? this.#checkOutbound();
		if (violation) this.destroy(violation);
	}

	#checkHandshake(): LinkViolation | null {
		if (this.#inBytes <= linkLimits.handshakeBytesMax) return null;
		return new LinkViolation("the box sent too much before it had authenticated us");
	}

	#checkChatter(): LinkViolation | null {
		const now = this.#now();
		const regained = ((now - this.#chatterAt) / 1000) * linkLimits.chatterBytesPerSecond;
		this.#chatterAt = now;
		// Time forgives what was too much; it does not save up.
		this.#chatterBytes = Math.max(Math.min(0, this.#chatterBytes), this.#chatterBytes - regained);
		if (this.#chatterBytes <= linkLimits.chatterBytesMax) return null;
		return new LinkViolation("the box sent too many protocol messages");
	}

	/** Replies to the box's own messages pile up where it sends and never reads. */
	#checkOutbound(): LinkViolation | null {
		if (this.writableLength <= linkLimits.outboundBytesMax) return null;
		return new LinkViolation("the box does not take what is sent to it");
	}

	override _read(): void {
		this.#inner.resume();
	}

	override write(chunk: unknown, encoding?: BufferEncoding | WriteDone, done?: WriteDone): boolean {
		if (!this.#isGathering) {
			this.#isGathering = true;
			this.cork();
			process.nextTick(() => {
				this.#isGathering = false;
				this.uncork();
			});
		}
		if (typeof encoding === "string") return super.write(chunk, encoding, done);
		return super.write(chunk, encoding ?? done);
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#send(chunk, done);
	}

	override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: (error?: Error | null) => void): void {
		this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
	}

	#send(bytes: Buffer, done: (error?: Error | null) => void): void {
		this.#outBytes += bytes.length;
		this.#inner.write(bytes, done);
	}

	override _final(done: (error?: Error | null) => void): void {
		this.#inner.end(() => done());
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		this.#inner.destroy();
		done(error);
	}
}
