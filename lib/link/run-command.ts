/** A command from start to end with bounded output: what `BoxLink.run` does over one channel. */
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { BoxChannel, BoxExecResult } from "../domain/box-link.ts";
import { aborted, linkTimeout } from "./link-errors.ts";

const outputMaxBytesDefault = 1024 * 1024;
/** How long output may go on after the process itself has ended, because a child in the background holds its pipe. */
const lingerMs = 500;

export async function runCommand(o: {
	open: (signal: AbortSignal) => Promise<BoxChannel>;
	stdin?: string | Buffer;
	timeoutMs: number;
	outputMaxBytes?: number;
	signal?: AbortSignal;
}): Promise<BoxExecResult> {
	const deadline = AbortSignal.timeout(o.timeoutMs);
	const signal = o.signal ? AbortSignal.any([o.signal, deadline]) : deadline;
	const failure = () => (deadline.aborted ? linkTimeout(`the command had ${o.timeoutMs} ms`) : aborted(signal));
	if (signal.aborted) throw failure();
	const { promise: stopped, reject } = Promise.withResolvers<never>();
	const stop = () => reject(failure());
	signal.addEventListener("abort", stop, { once: true });
	let channel: BoxChannel | null = null;
	try {
		channel = await Promise.race([o.open(signal), stopped]);
		return await Promise.race([
			collect({ channel, stdin: o.stdin, bytesMax: o.outputMaxBytes ?? outputMaxBytesDefault }),
			stopped,
		]);
	} finally {
		signal.removeEventListener("abort", stop);
		channel?.close();
	}
}

async function collect(o: { channel: BoxChannel; stdin?: string | Buffer; bytesMax: number }): Promise<BoxExecResult> {
	const { channel } = o;
	const stdout = collectBytes(channel.stdio, o.bytesMax);
	const stderr = collectBytes(channel.stderr, o.bytesMax);
	channel.stdio.end(o.stdin);
	const { code, signal } = await channel.exit;
	await settledWithin(Promise.all([stdout.ended, stderr.ended]), lingerMs);
	return {
		code,
		signal,
		stdout: stdout.text(),
		stderr: stderr.text(),
		isTruncated: stdout.isTruncated() || stderr.isTruncated(),
	};
}

async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const timer = setTimeout(resolve, ms);
	try {
		await Promise.race([work, promise]);
	} finally {
		clearTimeout(timer);
	}
}

/** Keeps the first bytes and reads on to the end, so that the process is never blocked by our bound. */
function collectBytes(stream: Readable, bytesMax: number) {
	const chunks: Buffer[] = [];
	let kept = 0;
	let dropped = 0;
	stream.on("data", (chunk: Buffer) => {
		const room = bytesMax - kept;
		if (room > 0) {
			// A copy: the chunk is a slice of a much larger receive buffer.
			const piece = Buffer.from(chunk.subarray(0, room));
			chunks.push(piece);
			kept += piece.length;
		}
		dropped += Math.max(0, chunk.length - Math.max(0, room));
	});
	const ended = new Promise<void>((resolve) => {
		stream.once("end", resolve);
		// The error itself reaches the caller as the rejection of `exit`.
		stream.once("error", () => resolve());
		stream.once("close", resolve);
	});
	return {
		ended,
		/** A character cut in half at the bound is left out. */
		text: () => new StringDecoder("utf8").write(Buffer.concat(chunks)),
		isTruncated: () => dropped > 0,
	};
}
