/** The gateway as it is run, `gateway/main.ts`, as a process of its own, so that a test can see what it costs and kill it. */
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { eventually } from "./eventually.ts";
import { type RequestOptions, requestOf } from "./test-gateway.ts";

export type GatewayProcess = {
	/** `http://127.0.0.1:<port>` */
	origin: string;
	request(path: string, o?: RequestOptions): Promise<Response>;
	/** The most that it ever held, bytes. */
	rssPeakBytes(): Promise<number>;
	/** Processor time that it used so far, seconds. */
	cpuSeconds(): Promise<number>;
	/** Files and sockets that it holds open. */
	openFiles(): Promise<number>;
	isRunning(): boolean;
	/** Its log so far. */
	said(): string;
	stop(): Promise<void>;
};

type Input = { databaseUrl: string; dataDir: string; installId: string; env?: Record<string, string> };

export async function startGatewayProcess(o: Input): Promise<GatewayProcess> {
	const child = spawn(process.execPath, [path.join(import.meta.dirname, "../main.ts")], {
		env: {
			...process.env,
			LOG_LEVEL: "info",
			DEVBOX_INSTALL_ID: o.installId,
			DEVBOX_DATA: o.dataDir,
			DATABASE_URL: o.databaseUrl,
			PUBLIC_URL: "http://devbox.test",
			DEVBOX_LISTEN: "127.0.0.1:0",
			// The discard port: no page is asked for.
			DEVBOX_WEB_URL: "http://127.0.0.1:9",
			...o.env,
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	let text = "";
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding("utf8").on("data", (chunk: string) => {
			text += chunk;
		});
	const isRunning = () => child.exitCode === null && child.signalCode === null;
	const port = await eventually(
		"the gateway listens",
		() => {
			if (!isRunning()) throw new Error(`The gateway ended: ${text}`);
			return /"port":(\d+).*the gateway listens/.exec(text)?.[1];
		},
		30_000,
	);
	const origin = `http://127.0.0.1:${port}`;
	return {
		origin,
		request: (url, options) => requestOf(origin, url, options),
		async rssPeakBytes() {
			const status = await readFile(`/proc/${child.pid}/status`, "utf8");
			return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
		},
		async cpuSeconds() {
			const fields = (await readFile(`/proc/${child.pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
			// utime and stime, in hundredths of a second on every Linux of ours.
			return (Number(fields[11]) + Number(fields[12])) / 100;
		},
		openFiles: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
		isRunning,
		said: () => text,
		async stop() {
			child.kill("SIGTERM");
			await eventually("the gateway has ended", () => !isRunning());
		},
	};
}
