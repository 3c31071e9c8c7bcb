/** Runs a program of the tests with its output on ours, and ends it with everything that it started when its time is over. */
import { type ChildProcess, spawn } from "node:child_process";

export type ProgramOptions = {
	command: readonly [string, ...string[]];
	cwd: string;
	env?: Record<string, string | undefined>;
	signal: AbortSignal;
	timeoutMs: number;
};

export type ProgramEnd = { code: number | null; isLate: boolean };

const graceMs = 20_000;

export async function runProgram(o: ProgramOptions): Promise<ProgramEnd> {
	o.signal.throwIfAborted();
	const [program, ...args] = o.command;
	// A group of its own, so that its whole family can be ended.
	const child = spawn(program, args, {
		cwd: o.cwd,
		env: { ...process.env, ...o.env },
		stdio: ["ignore", "inherit", "inherit"],
		detached: true,
	});
	let isLate = false;
	let killer: NodeJS.Timeout | undefined;
	const end = () => {
		killGroup(child, "SIGTERM");
		killer ??= setTimeout(() => killGroup(child, "SIGKILL"), graceMs);
	};
	const timer = setTimeout(() => {
		isLate = true;
		end();
	}, o.timeoutMs);
	o.signal.addEventListener("abort", end, { once: true });
	try {
		const code = await new Promise<number | null>((resolve, reject) => {
			child.once("error", reject);
			child.once("exit", (exitCode) => resolve(exitCode));
		});
		return { code, isLate };
	} finally {
		clearTimeout(timer);
		clearTimeout(killer);
		o.signal.removeEventListener("abort", end);
		killGroup(child, "SIGKILL");
	}
}

export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined) return;
	try {
		process.kill(-child.pid, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
