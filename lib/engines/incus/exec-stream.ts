/**
 * A process in an instance as one byte stream. The engine gives four WebSockets (stdin, stdout, stderr, control); binary
 * frames carry bytes, an empty text frame ends a direction. Pressure is passed on both ways: a reader that does not read
 * pauses the socket, a full socket holds the writer.
 */
import { once } from "node:events";
import { Duplex, Readable } from "node:stream";
import type { RawData, WebSocket } from "ws";
import { EngineError, type ExecStream } from "../engine.ts";
import { asOperation, type IncusApi, type IncusOperation } from "./incus-api.ts";
import { errorOfAbort, errorOfNetwork, isEngineError } from "./incus-errors.ts";

/** Bytes handed to a socket and not yet written; past it the writer waits. */
const unsentMaxBytes = 256 * 1024;
/** The engine keeps a finished operation for 5 s, and ends it right after it closed the sockets. */
const exitTimeoutMs = 10_000;
const killSignal = 9;
/** After a kill the engine closes the sockets by itself within milliseconds; a frozen box does not. */
const killGraceMs = 2_000;
const openTimeoutMs = 30_000;

type ExecInput = { name: string; command: string[]; env?: Record<string, string>; signal?: AbortSignal };
/** A killed exec's streams end quietly, whatever way their sockets go. */
type Life = { isKilled: boolean };
type ExecSockets = { stdin: WebSocket; stdout: WebSocket; stderr: WebSocket; control: WebSocket };

export async function openExec(api: IncusApi, o: ExecInput): Promise<ExecStream> {
	const operation = asOperation(
		await api.request({
			method: "POST",
			path: `/1.0/instances/${encodeURIComponent(o.name)}/exec`,
			json: {
				command: o.command,
				environment: o.env ?? {},
				"wait-for-websocket": true,
				interactive: false,
			},
			signal: o.signal,
		}),
	);
	const sockets = await openSockets(api, operation.id, secretsOf(operation.metadata), o.signal);
	return streamOf(api, operation.id, sockets, o.name);
}

/** The secret of each of the four streams: without it nobody else on the host's engine can join. */
function secretsOf(metadata: Record<string, unknown> | null | undefined): Record<keyof ExecSockets, string> {
	const fds = metadata?.fds as Record<string, unknown> | undefined;
	const secret = (fd: string): string => {
		const value = fds?.[fd];
		if (typeof value !== "string")
			throw new EngineError("unavailable", `The engine opened no stream ${fd} for an exec`);
		return value;
	};
	return { stdin: secret("0"), stdout: secret("1"), stderr: secret("2"), control: secret("control") };
}

async function openSockets(
	api: IncusApi,
	id: string,
	secrets: Record<keyof ExecSockets, string>,
	signal: AbortSignal | undefined,
): Promise<ExecSockets> {
	const deadline = AbortSignal.timeout(openTimeoutMs);
	const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
	const opened: WebSocket[] = [];
	const open = async (secret: string): Promise<WebSocket> => {
		const path = `/1.0/operations/${encodeURIComponent(id)}/websocket?secret=${encodeURIComponent(secret)}`;
		const socket = api.transport.webSocket(path);
		opened.push(socket);
		// Whatever breaks it, a later reader or the exit tells it: an error event without a listener would end this process.
		socket.on("error", () => socket.terminate());
		// An output frame can come in the same packet as the handshake: nothing is read before there is a reader for it.
		socket.once("open", () => socket.pause());
		await once(socket, "open", { signal: either });
		return socket;
	};
	try {
		// The process starts when the engine has stdin, stdout and stderr. One of them comes last: a process that ended before the
		// control stream came would leave that refused.
		const [control, stdin, stdout] = await Promise.all([
			open(secrets.control),
			open(secrets.stdin),
			open(secrets.stdout),
		]);
		const stderr = await open(secrets.stderr);
		return { stdin, stdout, stderr, control };
	} catch (error) {
		for (const socket of opened) socket.terminate();
		throw either.aborted ? errorOfAbort(either, "opening an exec") : errorOfNetwork(error, "opening an exec");
	}
}

function streamOf(api: IncusApi, id: string, sockets: ExecSockets, instance: string): ExecStream {
	const life: Life = { isKilled: false };
	const stdio = duplexOf(sockets.stdout, sockets.stdin, life);
	const stderr = readableOf(sockets.stderr, life);
	sockets.control.resume();
	const exit = exitOf(api, id, sockets, instance);
	const endKilled = (): void => {
		if (!life.isKilled) return;
		stdio.destroy();
		stderr.destroy();
	};
	// Who only reads the streams need not look at the exit; whoever awaits it still gets the rejection.
	exit.then(endKilled, endKilled);
	return { stdio, stderr, exit, kill: () => kill(sockets, life) };
}

function kill(sockets: ExecSockets, life: Life): void {
	life.isKilled = true;
	if (sockets.control.readyState === sockets.control.OPEN) {
		sockets.control.send(JSON.stringify({ command: "signal", signal: killSignal }));
	}
	const endAll = (): void => {
		for (const socket of Object.values(sockets)) socket.terminate();
	};
	const timer = setTimeout(endAll, killGraceMs);
	const onReaped = (): void => {
		clearTimeout(timer);
		// A process that it left behind may hold its pipes, and write to them without end: nobody reads that any more.
		endAll();
	};
	if (sockets.control.readyState === sockets.control.CLOSED) onReaped();
	else sockets.control.once("close", onReaped);
	// What was not read is dropped: a paused stream would otherwise keep its socket, and the exit, open.
	for (const socket of Object.values(sockets)) socket.resume();
}

/** The control socket closes when the process has been reaped; the exit status then stands in the operation. */
async function exitOf(
	api: IncusApi,
	id: string,
	sockets: ExecSockets,
	instance: string,
): Promise<{ code: number | null; signal: string | null }> {
	if (sockets.control.readyState !== sockets.control.CLOSED) {
		await new Promise((resolve) => sockets.control.once("close", resolve));
	}
	const what = `exec in ${instance}`;
	let operation: IncusOperation;
	try {
		operation = await api.wait({ id, what, timeoutMs: exitTimeoutMs });
	} catch (error) {
		const code = shellCodeOf(error);
		if (code !== null) return { code, signal: null };
		throw new EngineError("unavailable", `The stream into ${instance} broke before the process ended`, error);
	}
	const code = operation.metadata?.return;
	if (typeof code !== "number") throw new EngineError("unavailable", `The engine told no exit status (${what})`);
	return { code, signal: null };
}

/** A command that cannot be run fails the operation on some versions; its exit code is then the one that a shell gives. */
function shellCodeOf(error: unknown): number | null {
	if (!isEngineError(error, "invalid")) return null;
	if (/command not found/i.test(error.message)) return 127;
	return /command not executable/i.test(error.message) ? 126 : null;
}

function readableOf(socket: WebSocket, life: Life): Readable {
	const readable = new Readable({
		read: () => socket.resume(),
		destroy: (error, done) => {
			socket.terminate();
			done(error);
		},
	});
	feed(readable, socket, life);
	return readable;
}

function duplexOf(output: WebSocket, input: WebSocket, life: Life): Duplex {
	const duplex = new Duplex({
		allowHalfOpen: true,
		read: () => output.resume(),
		write: (chunk: Buffer, _encoding, done) => send(input, chunk, done),
		final: (done) => {
			if (input.readyState !== input.OPEN) return done();
			input.send("", { binary: false }, () => done());
		},
		destroy: (error, done) => {
			output.terminate();
			input.terminate();
			done(error);
		},
	});
	input.resume();
	feed(duplex, output, life);
	return duplex;
}

function send(socket: WebSocket, chunk: Buffer, done: () => void): void {
	// A process that takes no more input is an end, not a fault, as with a pipe whose reader left: what it wrote stays readable.
	if (socket.readyState !== socket.OPEN) return done();
	const isFull = socket.bufferedAmount + chunk.length > unsentMaxBytes;
	socket.send(chunk, { binary: true }, () => {
		if (isFull) done();
	});
	if (!isFull) done();
}

/** Bytes of a socket into a readable; its end is the empty text frame, or the socket's own close. */
function feed(readable: Readable, socket: WebSocket, life: Life): void {
	let hasEnded = false;
	// A break is told by `exit` too: a stream that nobody listens to must not take the whole process down.
	readable.on("error", () => end());
	const end = (): void => {
		if (hasEnded) return;
		hasEnded = true;
		readable.push(null);
	};
	socket.on("message", (data: RawData, isBinary: boolean) => {
		if (!isBinary) return end();
		if (!hasEnded && !life.isKilled && !readable.push(data as Buffer)) socket.pause();
	});
	socket.on("error", (error) => readable.destroy(errorOfNetwork(error, "exec output")));
	socket.on("close", (code) => {
		// 1006: the connection broke without a goodbye; bytes may be missing, so that must not read as an end.
		if (code === abnormalClose && !hasEnded && !life.isKilled && !readable.destroyed) {
			readable.destroy(new EngineError("unavailable", "The stream from the box broke"));
		} else end();
	});
}

const abnormalClose = 1006;
