/** Keeps one process alive: starts it, writes down what it says, starts it again when it dies, ends it when told. */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { RotatingLog } from "./rotating-log.ts";

export type ProcessSpec = {
	name: string;
	command: readonly [string, ...string[]];
	env: Record<string, string>;
	cwd: string;
	/** What asks it to end, and how long it may take before it is killed. */
	stopSignal: "SIGTERM" | "SIGINT";
	stopGraceMs: number;
	/** -1000..1000, lower is safer from the OOM killer; null leaves it. */
	oomScoreAdj: number | null;
};

export type SupervisedProcess = {
	readonly name: string;
	/** Null while it is down. */
	pid(): number | null;
	/** How often it died since the start. */
	deaths(): number;
	/** The last lines that it said. */
	tail(): string;
	/** Ends the process at once; it is started again. */
	restart(): void;
	/** Resolves when it is gone. */
	stop(): Promise<void>;
};

/** The first restart comes at once: a front door that was killed must be back before its users notice. */
const backoffFirstMs = 100;
const backoffMaxMs = 10_000;
/** Alive for this long, it counts as recovered. */
const settledMs = 30_000;
const tailBytes = 4000;

export function superviseProcess(
	spec: ProcessSpec,
	o: { log: RotatingLog; onChange: () => void; onDeath: (text: string) => void },
): SupervisedProcess {
	let child: ChildProcess | null = null;
	let deaths = 0;
	let backoffMs = backoffFirstMs;
	let retry: NodeJS.Timeout | null = null;
	let isStopping = false;
	let tail = "";
	const say = (chunk: Buffer | string) => {
		o.log.write(chunk);
		tail = (tail + chunk.toString()).slice(-tailBytes);
	};

	const start = () => {
		retry = null;
		const startedAt = Date.now();
		const [program, ...args] = spec.command;
		// A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which ends its processes in order.
		const started = spawn(program, args, {
			cwd: spec.cwd,
			env: { ...spec.env } as NodeJS.ProcessEnv,
			stdio: ["ignore", "pipe", "pipe"],
			detached: true,
		});
		child = started;
		started.stdout?.on("data", say);
		started.stderr?.on("data", say);
		let isOver = false;
		const ended = (how: string) => {
			if (isOver) return;
			isOver = true;
			child = null;
			say(`--- ${new Date().toISOString()} ${spec.name} ended: ${how}\n`);
			o.onChange();
			if (isStopping) return;
			deaths += 1;
			if (Date.now() - startedAt > settledMs) backoffMs = backoffFirstMs;
			o.onDeath(`${spec.name} ended (${how}); starting it again in ${backoffMs / 1000} s`);
			retry = setTimeout(start, backoffMs);
			backoffMs = Math.min(backoffMaxMs, backoffMs * 2);
		};
		started.once("error", (error) => ended(error.message));
		started.once("exit", (code, signal) => ended(signal ?? `code ${code}`));
		if (started.pid !== undefined) shield(started.pid, spec.oomScoreAdj, say);
		o.onChange();
	};

	start();
	return {
		name: spec.name,
		pid: () => child?.pid ?? null,
		deaths: () => deaths,
		tail: () => tail,
		restart() {
			backoffMs = backoffFirstMs;
			child?.kill(spec.stopSignal);
		},
		async stop() {
			isStopping = true;
			if (retry) clearTimeout(retry);
			if (child) await endProcess(child, spec);
			o.log.close();
		},
	};
}

function shield(pid: number, oomScoreAdj: number | null, say: (text: string) => void): void {
	if (oomScoreAdj === null) return;
	try {
		writeFileSync(`/proc/${pid}/oom_score_adj`, String(oomScoreAdj));
	} catch (error) {
		// Root of a container may not lower it; the product runs all the same, and doctor says so.
		say(`--- oom_score_adj of ${pid} stays as it is: ${(error as Error).message}\n`);
	}
}

/** Asks, waits, kills; then what is left of its session, as a helper of its own would keep files and ports. */
async function endProcess(child: ChildProcess, spec: ProcessSpec): Promise<void> {
	const { pid } = child;
	if (pid === undefined) return;
	const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
	const isGone = child.exitCode !== null || child.signalCode !== null;
	child.kill(spec.stopSignal);
	const killer = setTimeout(() => killGroup(pid), spec.stopGraceMs);
	if (!isGone) await gone;
	clearTimeout(killer);
	killGroup(pid);
}

function killGroup(pid: number): void {
	try {
		process.kill(-pid, "SIGKILL");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
