/** Runs a program of the host to its end: no shell, bounded output, a deadline, and its last words in the error. */
import { spawn } from "node:child_process";
import { AppError } from "../domain/errors.ts";

export type CommandOptions = {
	/** Program and arguments. Never a secret in here: arguments are public on the host. */
	command: readonly [string, ...string[]];
	/** What stdin gets; nothing by default. */
	input?: string | Buffer;
	env?: Record<string, string>;
	cwd?: string;
	signal?: AbortSignal;
	timeoutMs?: number;
	/** Called for each line of stdout and stderr as it comes. */
	onLine?: (line: string) => void;
	/** Exit codes beside 0 that are no error. */
	allowedCodes?: readonly number[];
};

export type CommandResult = { code: number; stdout: string; stderr: string };

const outputBytesMax = 4 * 1024 * 1024;
const tailBytes = 2000;

/**
 * @throws AppError `unavailable` when the program is missing or fails (message: the end of what it said), `timeout` past
 * `timeoutMs` (default 60 s) or when `signal` is aborted.
 */
export async function runCommand(o: CommandOptions): Promise<CommandResult> {
	const [program, ...args] = o.command;
	const timeoutMs = o.timeoutMs ?? 60_000;
	const deadline = AbortSignal.timeout(timeoutMs);
	const signal = o.signal ? AbortSignal.any([o.signal, deadline]) : deadline;
	if (signal.aborted) throw interrupted(program, deadline.aborted ? timeoutMs : null);
	const child = spawn(program, args, {
		cwd: o.cwd,
		env: { ...process.env, ...o.env },
		stdio: ["pipe", "pipe", "pipe"],
		signal,
		killSignal: "SIGTERM",
	});
	const stdout = collect(child.stdout, o.onLine);
	const stderr = collect(child.stderr, o.onLine);
	// A program that does not read its input closes the pipe first: its exit code says what matters.
	child.stdin.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE" && error.code !== "ECONNRESET") child.emit("error", error);
	});
	child.stdin.end(o.input ?? "");
	const code = await new Promise<number>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (exitCode, signalName) => resolve(exitCode ?? (signalName ? 128 : 1)));
	}).catch((error: NodeJS.ErrnoException) => {
		if (signal.aborted) throw interrupted(program, deadline.aborted ? timeoutMs : null, error);
		if (error.code === "ENOENT") {
			throw new AppError({ code: "unavailable", message: `The program "${program}" is not installed.`, cause: error });
		}
		throw error;
	});
	if (code !== 0 && !o.allowedCodes?.includes(code)) {
		const said = (stderr.text() || stdout.text()).slice(-tailBytes).trim();
		throw new AppError({ code: "unavailable", message: `${o.command.join(" ")} failed with code ${code}: ${said}` });
	}
	return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function interrupted(program: string, timeoutMs: number | null, cause?: unknown): AppError {
	const why = timeoutMs === null ? "was stopped" : `took longer than ${Math.round(timeoutMs / 1000)} s`;
	return new AppError({ code: "timeout", message: `${program} ${why}.`, cause });
}

/** Keeps the first `outputBytesMax` bytes and hands on every line. */
function collect(stream: NodeJS.ReadableStream, onLine?: (line: string) => void): { text(): string } {
	const kept: string[] = [];
	let keptBytes = 0;
	let rest = "";
	stream.setEncoding("utf8");
	stream.on("data", (chunk: string) => {
		if (keptBytes < outputBytesMax) kept.push(chunk);
		keptBytes += chunk.length;
		if (!onLine) return;
		const lines = (rest + chunk).split(/[\r\n]+/);
		rest = (lines.pop() ?? "").slice(-tailBytes);
		for (const line of lines) if (line) onLine(line);
	});
	stream.on("end", () => {
		if (onLine && rest) onLine(rest);
	});
	return { text: () => kept.join("") };
}
