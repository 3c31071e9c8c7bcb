import { startTimer } from "./deadline.ts";
import { abortedError, asDevboxError, DevboxError } from "./devbox-error.ts";
import type { Shell, ShellEnd, ShellOptions, WebSocketLike } from "./shell.ts";
import { createShellOutput } from "./shell-output.ts";

type ServerMessage =
	| { type: "ready"; mode: "tmux" | "shell"; existing: boolean }
	| { type: "exit"; code: number | null }
	| { type: "closed"; reason: string; code: string };

const openTimeoutMs = 30_000;

/** One terminal's WebSocket, from the handshake to whatever ends it first. */
export class ShellConnection {
	readonly #socket: WebSocketLike;
	readonly #options: ShellOptions;
	readonly #ready = settleable<{ existing: boolean }>();
	readonly #ended = settleable<ShellEnd>();
	readonly #output = createShellOutput((bytes) => this.#send({ type: "ack", bytes }));
	readonly #stopTimer: () => void;
	#isOpen = false;
	#isReady = false;
	#isEnded = false;

	constructor(socket: WebSocketLike, options: ShellOptions) {
		this.#socket = socket;
		this.#options = options;
		// Whoever does not look at the end must not crash of it; the output's stream carries the same error.
		this.#ended.promise.catch(() => undefined);
		this.#stopTimer = startTimer(options.timeoutMs ?? openTimeoutMs, () =>
			this.#finish(new DevboxError({ code: "timeout", detail: "The terminal did not open in time. Try again." })),
		);
		socket.binaryType = "arraybuffer";
		socket.addEventListener("open", () => {
			this.#isOpen = true;
			this.#send({ type: "resize", cols: options.cols ?? 80, rows: options.rows ?? 24 });
		});
		socket.addEventListener("message", (event: { data: unknown }) => this.#take(event.data));
		socket.addEventListener("error", (event: { error?: unknown }) =>
			this.#finish(this.#isReady ? lostError(event.error) : asDevboxError(event.error)),
		);
		socket.addEventListener("close", () => this.#finish(lostError()));
		options.signal?.addEventListener("abort", this.#abort);
		if (options.signal?.aborted) this.#abort();
	}

	async open(): Promise<Shell> {
		const { existing } = await this.#ready.promise;
		return {
			output: this.#output.stream,
			isExisting: existing,
			ended: this.#ended.promise,
			write: (data) => {
				const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
				if (this.#isOpen) this.#socket.send(bytes);
			},
			resize: ({ cols, rows }) => this.#send({ type: "resize", cols, rows }),
			close: () => this.#finish({ exitCode: undefined }),
		};
	}

	#send(message: object): void {
		if (this.#isOpen) this.#socket.send(JSON.stringify(message));
	}

	#take(data: unknown): void {
		if (typeof data !== "string") return this.#output.add(new Uint8Array(data as ArrayBuffer));
		const message = JSON.parse(data) as ServerMessage;
		if (message.type === "ready") {
			this.#isReady = true;
			this.#stopTimer();
			this.#ready.resolve({ existing: message.existing });
		} else if (message.type === "exit") this.#finish({ exitCode: message.code });
		else if (message.type === "closed") this.#finish(errorOfClose(message));
	}

	readonly #abort = (): void => {
		if (this.#options.signal) this.#finish(abortedError(this.#options.signal));
	};

	/** The first end stands. */
	#finish(end: ShellEnd | DevboxError): void {
		if (this.#isEnded) return;
		this.#isEnded = true;
		this.#isOpen = false;
		this.#stopTimer();
		this.#options.signal?.removeEventListener("abort", this.#abort);
		this.#socket.close(1000);
		if (end instanceof DevboxError) {
			this.#ready.reject(end);
			this.#ended.reject(end);
			this.#output.end(end);
		} else {
			this.#ready.reject(new DevboxError({ code: "lost", detail: "The terminal ended before it was open." }));
			this.#ended.resolve(end);
			this.#output.end(null);
		}
	}
}

function lostError(cause?: unknown): DevboxError {
	return new DevboxError({ code: "lost", detail: "The connection to the terminal broke. Open it again.", cause });
}

const codeOfClose: Readonly<Record<string, DevboxError["code"]>> = {
	ticket_refused: "forbidden",
	session_ended: "unauthenticated",
	not_running: "wrong_state",
	too_many: "rate_limited",
	bad_message: "bad_request",
	internal: "internal",
	unavailable: "unavailable",
};

function errorOfClose({ code, reason }: { code: string; reason: string }): DevboxError {
	return new DevboxError({ code: codeOfClose[code] ?? "lost", detail: reason });
}

function settleable<T>() {
	let resolve: (value: T) => void = () => undefined;
	let reject: (error: unknown) => void = () => undefined;
	const promise = new Promise<T>((yes, no) => {
		resolve = yes;
		reject = no;
	});
	return { promise, resolve, reject };
}
