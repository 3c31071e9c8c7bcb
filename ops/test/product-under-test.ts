/** The product as a newcomer gets it: a clean copy of the tree, `npm start` in it, on a data directory and ports of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { killGroup } from "./run-program.ts";

export type TestInstall = {
	cloneDir: string;
	dataDir: string;
	listen: string;
	/** AUTH_* and bounds. */
	env: Record<string, string>;
};

export type RunningProduct = {
	/** What it has printed. */
	output(): string;
	/** Ctrl-C; answers the seconds until it was gone. */
	stop(): Promise<number>;
	kill(): void;
};

const stopTimeoutMs = 60_000;
const readyLine = /^Ready in ([\d.]+) s/m;

/** Answers when it has said that it is ready. `onLine` gets each line that it prints. */
export async function startProduct(
	install: TestInstall,
	o: { signal: AbortSignal; timeoutMs: number; onLine: (line: string) => void },
): Promise<RunningProduct> {
	const child = spawn("npm", ["start", "--", "--listen", install.listen], {
		cwd: install.cloneDir,
		env: {
			...process.env,
			...install.env,
			DEVBOX_DATA: install.dataDir,
			PUBLIC_URL: undefined,
			DATABASE_URL: undefined,
		},
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
	});
	let output = "";
	let rest = "";
	const collect = (chunk: Buffer) => {
		output += chunk.toString();
		const lines = (rest + chunk.toString()).split("\n");
		rest = lines.pop() ?? "";
		// A sign-in link is a secret, even of a product that lives for minutes.
		for (const line of lines) o.onLine(line.replace(/token=\S+/, "token=…"));
	};
	child.stdout.on("data", collect);
	child.stderr.on("data", collect);
	const product: RunningProduct = {
		output: () => output,
		stop: () => stop(child),
		kill: () => killGroup(child, "SIGKILL"),
	};
	const until = Date.now() + o.timeoutMs;
	while (!readyLine.test(output)) {
		if (child.exitCode !== null) throw new Error(`npm start ended with code ${child.exitCode}`);
		if (o.signal.aborted || Date.now() > until) {
			await product.stop();
			o.signal.throwIfAborted();
			throw new Error(`npm start was not ready within ${o.timeoutMs / 1000} s`);
		}
		await delay(100);
	}
	return product;
}

/** As a terminal does: the whole foreground group gets the signal. */
async function stop(child: ChildProcess): Promise<number> {
	const started = Date.now();
	if (child.exitCode === null && child.signalCode === null) {
		const gone = once(child, "exit");
		killGroup(child, "SIGINT");
		const killer = setTimeout(() => killGroup(child, "SIGKILL"), stopTimeoutMs);
		await gone;
		clearTimeout(killer);
	}
	return (Date.now() - started) / 1000;
}
