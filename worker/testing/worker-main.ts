/** The worker as it is run, `worker/main.ts`, as a process that a test may stop, continue and kill. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { until } from "./worker-world.ts";

export type WorkerMain = {
	child: ChildProcess;
	/** All that it wrote so far. */
	said(): string;
	untilUp(): Promise<void>;
	/** The signal, and waits until the process has ended. */
	end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
};

export function startWorkerMain(o: {
	world: { database: { url: string }; dir: string; installId: string };
	env?: Record<string, string>;
}): WorkerMain {
	const { world } = o;
	const child = spawn(process.execPath, [path.join(import.meta.dirname, "../main.ts")], {
		env: {
			...process.env,
			LOG_LEVEL: "info",
			DEVBOX_INSTALL_ID: world.installId,
			DEVBOX_DATA: world.dir,
			DATABASE_URL: world.database.url,
			...o.env,
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	let text = "";
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding("utf8").on("data", (chunk: string) => {
			text += chunk;
		});
	const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
	return {
		child,
		said: () => text,
		async untilUp() {
			await until("the worker is up", () => {
				if (hasEnded()) throw new Error(`The worker ended: ${text}`);
				return text.includes("worker is up");
			});
		},
		async end(signal) {
			child.kill(signal);
			await until("the worker has ended", hasEnded);
		},
	};
}
