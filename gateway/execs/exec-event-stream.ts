/** An exec's events on their way to one reader, who sets the pace. */
import type { ServerResponse } from "node:http";
import type { execEvents } from "../../lib/contract/execs.ts";
import type { AppError } from "../../lib/domain/errors.ts";
import type { ExecRecord, ExecStreamName } from "../../lib/domain/exec.ts";
import type { Log } from "../../lib/log/log.ts";
import { toExecResponse } from "../../lib/usecases/execs/exec-response.ts";

export type ExecEventStream = {
	/** False: wait for `onDrain`. What is sent anyway is kept. */
	readonly hasRoom: boolean;
	readonly isOver: boolean;
	exec(record: ExecRecord): void;
	output(stream: ExecStreamName, offset: number, bytes: Buffer): void;
	gap(stream: ExecStreamName, offset: number, nextOffset: number): void;
	/** The last event: how it ended. */
	exit(record: ExecRecord): void;
	/** The last event: the exec goes on, the stream does not. */
	fail(error: AppError): void;
};

const heartbeatMs = 15_000;
/** A reader that takes nothing for so long is dropped; it may come back with its offsets. */
const stalledMs = 10 * 60_000;

export function openExecEventStream(o: {
	response: ServerResponse;
	onDrain: () => void;
	/** Called once, whichever side ended it. */
	onClosed: () => void;
	log: Log;
}): ExecEventStream {
	const { response } = o;
	let stalled: NodeJS.Timeout | null = null;
	let isOver = false;

	function write(text: string): void {
		if (isOver || response.write(text) || stalled) return;
		stalled = setTimeout(() => response.destroy(), stalledMs);
		response.once("drain", () => {
			if (stalled) clearTimeout(stalled);
			stalled = null;
			if (!isOver) o.onDrain();
		});
	}

	function event(name: (typeof execEvents)[number], data: unknown): void {
		write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
	}

	function close(): void {
		if (isOver) return;
		isOver = true;
		clearInterval(heartbeat);
		if (stalled) clearTimeout(stalled);
		o.onClosed();
	}

	function end(name: "exit" | "error", data: unknown): void {
		if (isOver) return;
		event(name, data);
		close();
		response.end();
	}

	const heartbeat = setInterval(() => {
		if (!stalled) write(": still here\n\n");
	}, heartbeatMs);
	response.on("close", close);
	response.on("error", (error) => o.log.debug({ err: error }, "an exec's stream broke"));
	return {
		get hasRoom() {
			return !stalled && !isOver;
		},
		get isOver() {
			return isOver;
		},
		exec: (record) => event("exec", toExecResponse(record)),
		// By hand: base64 needs no escaping, and this is where the bytes go through.
		output: (stream, offset, bytes) =>
			write(`event: ${stream}\ndata: {"offset":${offset},"data":"${bytes.toString("base64")}"}\n\n`),
		gap: (stream, offset, nextOffset) => event("gap", { stream, offset, next_offset: nextOffset }),
		exit: (record) => end("exit", toExecResponse(record)),
		fail: (error) => end("error", { code: error.code, detail: error.message }),
	};
}
