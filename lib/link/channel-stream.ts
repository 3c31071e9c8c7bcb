/**
 * One SSH channel as a well-behaved Duplex. ssh2's own never answers a write once the channel has closed, ignores the
 * backpressure of the stream below, and replaces destroy(); here reading credits the box when the reader took the bytes, writing
 * waits for the box and for the engine's stream, and a lost connection is an error.
 */
import { Duplex, Readable } from "node:stream";
import { linkLimits } from "./link-limits.ts";
import type { LinkStream } from "./link-stream.ts";
import type { Ssh2Guard, SshChannel } from "./ssh2-guard.ts";

type ChannelInput = {
	channel: SshChannel;
	guard: Ssh2Guard;
	stream: LinkStream;
	/** What a write after the end of the connection fails with. */
	lost: () => Error;
};

const chunkBytesMax = 64 * 1024;

/** Credits the box in portions, so that a small read does not cost a packet. */
function crediting(o: ChannelInput, isWanted: () => boolean): (bytes: number) => void {
	let owed = 0;
	return (bytes) => {
		if (!isWanted()) return;
		owed += bytes;
		if (owed < linkLimits.channelWindowBytes / 4) return;
		o.guard.consumed(o.channel, owed);
		owed = 0;
	};
}

/** Makes `target` the reader of `source`; what the target cannot take stays in the source, which the window bounds. */
function forward(o: {
	source: Readable;
	target: Readable;
	credit: (bytes: number) => void;
	/** What comes from then on is dropped. */
	isOver: () => boolean;
}): void {
	o.source.on("data", (chunk: Buffer) => {
		o.credit(chunk.length);
		if (!o.isOver() && !o.target.destroyed && !o.target.push(chunk)) o.source.pause();
	});
	o.source.on("end", () => o.target.push(null));
}

export class ChannelStream extends Duplex {
	readonly stderr: Readable;
	readonly #o: ChannelInput;
	#waiting: ((error?: Error | null) => void) | null = null;

	constructor(o: ChannelInput) {
		super({ allowHalfOpen: true });
		this.#o = o;
		const isOver = () => this.destroyed;
		const credit = crediting(o, () => !isOver());
		this.stderr = new Readable({ read: () => o.channel.stderr?.resume() });
		forward({ source: o.channel, target: this, credit, isOver });
		if (o.channel.stderr) forward({ source: o.channel.stderr, target: this.stderr, credit, isOver });
		else this.stderr.push(null);
		const lose = () => this.#lose();
		o.stream.once("close", lose);
		// A lost connection must not end our process where a reader has no listener; whoever waits learns it from `close`.
		this.on("error", () => undefined);
		o.channel.on("error", (error) => this.destroy(error));
		o.channel.once("close", () => {
			o.stream.off("close", lose);
			// The process has gone: what it did not read is dropped, as a pipe would, and its last output stays to be read.
			this.#settle();
			this.end();
		});
	}

	/** The connection is gone: what has arrived may still be read, unless its end is missing. */
	#lose(): void {
		const error = this.#o.lost();
		this.#settle(error);
		if (!this.readableEnded && !this.#o.channel.readableEnded) this.destroy(error);
	}

	#settle(error?: Error): void {
		const waiting = this.#waiting;
		this.#waiting = null;
		waiting?.(error);
	}

	override _read(): void {
		this.#o.channel.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		const { channel, guard, stream } = this.#o;
		if (stream.destroyed) {
			done(this.#o.lost());
			return;
		}
		if (channel.outgoing.state !== "open") {
			done();
			return;
		}
		this.#waiting = done;
		let offset = 0;
		const next = () => {
			if (this.#waiting !== done) return;
			if (stream.writableNeedDrain) {
				stream.once("drain", next);
				return;
			}
			if (offset >= chunk.length) {
				this.#settle();
				return;
			}
			const piece = chunk.subarray(offset, offset + chunkBytesMax);
			offset += piece.length;
			guard.sent(piece.length);
			channel.write(piece, next);
		};
		next();
	}

	override _final(done: (error?: Error | null) => void): void {
		this.#o.channel.end();
		done();
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		this.#settle(error ?? this.#o.lost());
		this.#o.channel.close();
		// Nobody reads any more. What is still on its way is dropped and not credited, so that a box which ignores the close falls silent.
		this.#o.channel.resume();
		this.#o.channel.stderr?.resume();
		if (!this.stderr.destroyed && !this.stderr.readableEnded) this.stderr.push(null);
		done(error);
	}
}
