/** Standard input on its way into a box: in order, and never more than the runner there has room for. */
import { AppError } from "../../lib/domain/errors.ts";

export type ExecInputPipe = {
	/** Resolves when the process has been given all of it, or does not read any more. Rejects when the exec ended first. */
	write(bytes: Buffer): Promise<void>;
	/** After what was written before. */
	end(): void;
	/** The runner has passed on so much. */
	taken(bytes: number): void;
	/** The exec has ended. */
	close(): void;
	readonly isEnded: boolean;
};

/** What may be under way to a process that does not read; the runner keeps it. */
const windowBytes = 256 * 1024;
const pieceBytesMax = 64 * 1024;

type Waiting = { until: number; resolve: () => void; reject: (error: Error) => void };

export function openExecInput(send: (letter: "i" | "c", bytes?: Buffer) => void): ExecInputPipe {
	const queue: Buffer[] = [];
	const waiting: Waiting[] = [];
	let queuedTo = 0;
	let sentTo = 0;
	let takenTo = 0;
	let isEnded = false;
	let isEndSent = false;
	let isClosed = false;

	function pump(): void {
		for (let piece = queue[0]; piece && sentTo - takenTo < windowBytes; piece = queue[0]) {
			const part = piece.subarray(0, Math.min(pieceBytesMax, windowBytes - (sentTo - takenTo)));
			if (part.length === piece.length) queue.shift();
			else queue[0] = piece.subarray(part.length);
			send("i", part);
			sentTo += part.length;
		}
		if (!isEnded || isEndSent || queue.length > 0) return;
		isEndSent = true;
		send("c");
	}

	return {
		write(bytes) {
			if (isClosed) return Promise.reject(endedError());
			if (bytes.length === 0) return Promise.resolve();
			queue.push(bytes);
			queuedTo += bytes.length;
			const done = new Promise<void>((resolve, reject) => waiting.push({ until: queuedTo, resolve, reject }));
			pump();
			return done;
		},
		end() {
			isEnded = true;
			if (!isClosed) pump();
		},
		taken(bytes) {
			// A box cannot take more than it was given.
			takenTo = Math.min(sentTo, takenTo + bytes);
			while (waiting[0] && waiting[0].until <= takenTo) waiting.shift()?.resolve();
			if (!isClosed) pump();
		},
		close() {
			isClosed = true;
			queue.length = 0;
			for (const { reject } of waiting.splice(0)) reject(endedError());
		},
		get isEnded() {
			return isEnded;
		},
	};
}

function endedError(): AppError {
	return new AppError({ code: "wrong_state", message: "The exec has ended, so nobody reads its input any more." });
}
