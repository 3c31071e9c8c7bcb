/** `box.exec`: start a command, follow it to its end, and answer what the process itself said. */
import { type ByteSource, bodyOf } from "./byte-stream.ts";
import { pause } from "./deadline.ts";
import { fillPath, withQuery } from "./devbox-client.ts";
import { abortedError, asDevboxError, DevboxError } from "./devbox-error.ts";
import { createOutputTail } from "./exec-output.ts";
import { type ExecClient, type ExecEvent, streamExec } from "./exec-stream.ts";
import { type Exec, type ExecRequest, streamRoutes } from "./generated/api.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";

/** Chunks as they come. A promise is waited for before the next one is read. */
export type OutputHandler = (chunk: Uint8Array) => unknown;

export type CommandOptions = {
	/** Absolute, or below the user's home, which is the default. */
	cwd?: string;
	env?: Record<string, string>;
	user?: "devbox" | "root";
	/** Milliseconds; then the whole process group is ended, and the result says so in `signal` and `reason`. */
	timeoutMs?: number;
};

export type ExecOptions = CommandOptions & {
	/** Standard input; empty when left out. */
	stdin?: ByteSource;
	/** On a terminal: all output is stdout. */
	tty?: boolean | { cols: number; rows: number };
	/** Runs on without the server's connection: a restart of the gateway does not end it. Needs a text `stdin`, and no `tty`. */
	detach?: boolean;
	onStdout?: OutputHandler;
	onStderr?: OutputHandler;
	/** Ends the command. */
	signal?: AbortSignal;
	/** Of each of stdout and stderr, the most that is kept for the result: the last so many bytes; 10 MiB unless told. */
	outputMaxBytes?: number;
};

export type ExecResult = {
	/** `exe_…`, as `box.execs.get` takes it. */
	id: string;
	/** Null when a signal ended it. */
	exitCode: number | null;
	/** As `SIGTERM`. */
	signal: string | null;
	/** As UTF-8; take the bytes of anything else from `onStdout`. */
	stdout: string;
	stderr: string;
	/** Output was dropped: only the end of it is here. */
	isTruncated: boolean;
	/** Why it was ended, when it was: by its timeout, or cancelled. */
	reason: string | null;
};

export type FollowOptions = Pick<ExecOptions, "onStdout" | "onStderr" | "outputMaxBytes" | "signal">;

const outputMaxBytesDefault = 10 * 1024 * 1024;
/** Standard input up to this size goes with the order; JSON bodies are taken up to 1 MiB. */
const inlineStdinBytesMax = 256 * 1024;
/** A command that ends without having read its input breaks the connection that brings it, just before it ends. */
const endAfterBrokenStdinMs = 5_000;
/** With all its tries: whoever aborts does not wait for a server that is away. */
const cancelTimeoutMs = 10_000;

export async function runExec(client: ExecClient, argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
	const { signal } = options;
	if (signal?.aborted) throw abortedError(signal);
	const { inline, streamed } = splitStdin(options);
	const body: ExecRequest = { ...execRequestOf(argv, options), stdin: inline, stdin_open: streamed !== undefined };
	const feed = createStdinFeed(client, streamed);
	const stopped = signal ? AbortSignal.any([signal, feed.failed]) : feed.failed;
	let execId: string | null = null;
	const events = streamExec(client, { kind: "run", body, key: newIdempotencyKey() }, stopped);
	try {
		return await collectResult(watched(events), options);
	} catch (error) {
		if (execId) await cancelQuietly(client, execId);
		throw feed.error() ?? asDevboxErrorOrOwn(error, signal);
	} finally {
		feed.end();
	}

	async function* watched(source: AsyncGenerator<ExecEvent>): AsyncGenerator<ExecEvent> {
		for await (const event of source) {
			if (event.type === "exec") {
				execId = event.exec.id;
				feed.begin(execId);
			}
			yield event;
			if (event.type === "exit") execId = null;
		}
	}
}

/** Reads to the end; a command whose end nobody saw is an error, not a result. */
export async function collectResult(events: AsyncGenerator<ExecEvent>, o: FollowOptions): Promise<ExecResult> {
	const maxBytes = o.outputMaxBytes ?? outputMaxBytesDefault;
	const output = { stdout: createOutputTail(maxBytes), stderr: createOutputTail(maxBytes) };
	for await (const event of events) {
		if (event.type === "gap") output[event.stream].cut();
		if (event.type === "stdout") await o.onStdout?.(event.data);
		if (event.type === "stderr") await o.onStderr?.(event.data);
		if (event.type === "stdout" || event.type === "stderr") output[event.type].add(event.data);
		if (event.type === "exit") return resultOf(event.exec, output);
	}
	throw new DevboxError({ code: "lost", detail: "The command's stream ended before the command." });
}

type Output = Record<"stdout" | "stderr", ReturnType<typeof createOutputTail>>;

function resultOf(exec: Exec, output: Output): ExecResult {
	if (exec.status !== "exited")
		throw new DevboxError({ code: "lost", detail: exec.reason ?? `How ${exec.id} ended is not known.` });
	const isKept = !exec.is_stdout_truncated && !exec.is_stderr_truncated;
	return {
		id: exec.id,
		exitCode: exec.exit_code,
		signal: exec.signal,
		stdout: output.stdout.text(),
		stderr: output.stderr.text(),
		isTruncated: output.stdout.isCut() || output.stderr.isCut() || !isKept,
		reason: exec.reason,
	};
}

export function execRequestOf(argv: readonly string[], o: ExecOptions): ExecRequest {
	const size = typeof o.tty === "object" ? o.tty : {};
	return {
		argv: [...argv],
		cwd: o.cwd,
		env: o.env,
		user: o.user,
		timeout_ms: o.timeoutMs,
		tty: Boolean(o.tty),
		detach: o.detach,
		...size,
	};
}

/** Small text goes with the order, all else in a stream of its own once the command runs. */
function splitStdin({ stdin, detach }: ExecOptions): { inline?: string; streamed?: ByteSource } {
	if (stdin === undefined) return {};
	const isInline =
		typeof stdin === "string" &&
		stdin.length <= inlineStdinBytesMax &&
		new TextEncoder().encode(JSON.stringify(stdin)).length <= inlineStdinBytesMax;
	if (isInline) return { inline: stdin };
	if (!detach) return { streamed: stdin };
	const detail = `The stdin of a detached command is text of at most ${inlineStdinBytesMax / 1024} KiB. Upload a file and read that.`;
	throw new DevboxError({ code: "invalid", detail });
}

/** Sends standard input beside the output's stream. `failed` is aborted when the command would wait for the rest for ever. */
function createStdinFeed(client: ExecClient, source: ByteSource | undefined) {
	const ended = new AbortController();
	const failed = new AbortController();
	let failure: DevboxError | null = null;

	async function send(execId: string, stdin: ByteSource): Promise<void> {
		try {
			await sendStdin(client, execId, stdin, { eof: true, signal: ended.signal });
		} catch (error) {
			const thrown = asDevboxError(error, ended.signal);
			// It has closed its input or has ended: what it read is its own business.
			if (["aborted", "conflict", "wrong_state", "not_found"].includes(thrown.code)) return;
			await pause(endAfterBrokenStdinMs, ended.signal);
			if (ended.signal.aborted) return;
			failure = thrown;
			failed.abort();
		}
	}

	return {
		failed: failed.signal,
		error: () => failure,
		begin(execId: string): void {
			const stdin = source;
			source = undefined;
			if (stdin !== undefined) void send(execId, stdin);
		},
		end: () => ended.abort(),
	};
}

export async function sendStdin(
	client: ExecClient,
	execId: string,
	data: ByteSource,
	o: { eof: boolean; signal?: AbortSignal },
): Promise<void> {
	const { method, path } = streamRoutes.writeExecStdin;
	const filled = fillPath(path, (name) => (name === "id" ? client.devboxId : execId));
	await client.transport.send(
		{
			method,
			path: withQuery(filled, { eof: String(o.eof) }),
			headers: { "content-type": "application/octet-stream" },
			body: bodyOf(data),
			repeatability: "never",
			signal: o.signal,
			timeoutMs: Number.POSITIVE_INFINITY,
		},
		async () => undefined,
	);
}

/** The caller has its error already: a cancel that fails too adds nothing, and the server ends what nobody follows. */
async function cancelQuietly(client: ExecClient, execId: string): Promise<void> {
	await client.api
		.cancelExec({ id: client.devboxId, exec_id: execId }, { signal: AbortSignal.timeout(cancelTimeoutMs) })
		.catch(() => undefined);
}

/** What a handler of the caller's threw stays what it is. */
function asDevboxErrorOrOwn(error: unknown, signal?: AbortSignal): unknown {
	return signal?.aborted ? abortedError(signal) : error;
}
