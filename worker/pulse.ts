/** A small file that says that this process lives and turns: `<data>/run/worker.json`. `doctor` and `npm start` read it. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Log } from "../lib/log/log.ts";

export type Pulse = { pid: number; at: string; active: number };

const pulseMs = 2_000;

export function startPulse(o: { dataDir: string; log: Log; activeCount: () => number }): { stop(): Promise<void> } {
	const file = path.join(o.dataDir, "run", "worker.json");
	const draft = `${file}.${process.pid}`;
	let writing: Promise<void> = Promise.resolve();

	async function beat(): Promise<void> {
		const pulse: Pulse = { pid: process.pid, at: new Date().toISOString(), active: o.activeCount() };
		try {
			await mkdir(path.dirname(file), { recursive: true });
			await writeFile(draft, `${JSON.stringify(pulse)}\n`, { mode: 0o644 });
			await rename(draft, file);
		} catch (error) {
			o.log.warn({ err: error, file }, "the pulse could not be written");
		}
	}
	const next = () => {
		writing = writing.then(beat);
	};
	const timer = setInterval(next, pulseMs);
	next();
	return {
		async stop() {
			clearInterval(timer);
			await writing;
			await rm(file, { force: true });
		},
	};
}
