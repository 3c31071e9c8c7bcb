/** Where a simulated machine keeps what it is: in this process, or in a JSON file that several processes share. */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import type { EngineErrorCode, InstanceLabels, InstanceLimits, InstanceStatus } from "../engine.ts";

export type SimulatedInstance = {
	name: string;
	labels: InstanceLabels;
	madeFrom: string | null;
	limits: InstanceLimits;
	status: InstanceStatus;
	createdAt: string;
	/** How often it was started: a link belongs to one boot. */
	boots: number;
	startedAt: string | null;
	/** Told of one that is off; absent: the engine does not know. */
	lastStop?: "orderly" | "lost" | undefined;
	snapshots: string[];
	console: string;
};

/** The calls of an engine that can be slowed down or made to fail. */
export type SimulatedCall =
	| "probe"
	| "create"
	| "setNetwork"
	| "start"
	| "stop"
	| "freeze"
	| "thaw"
	| "inspect"
	| "list"
	| "snapshot"
	| "destroy"
	| "exec"
	| "importImage"
	| "link";

export type SimulatedFault = { call: SimulatedCall; code: EngineErrorCode; message: string };

/** What a command in a box answers, over exec and link. */
export type SimulatedAnswer = { code: number; stdout: string; stderr: string; latencyMs: number };

export type SimulatedState = {
	instances: Record<string, SimulatedInstance>;
	/** References of the images on the host; `*` stands for any. */
	images: string[];
	isReachable: boolean;
	/** The next call of that name takes the first fault of that name. */
	faults: SimulatedFault[];
	latencyMs: Partial<Record<SimulatedCall, number>>;
	/** Boxes that will still die at boot. */
	deathsAtBoot: number;
	/** First match wins; `contains` is a part of the command line. */
	answers: { contains: string; answer: SimulatedAnswer }[];
	/** The last command lines that ran in boxes. */
	commands: { instance: string; command: string }[];
};

export type SimulatedStore = {
	read(): SimulatedState;
	/** Runs `change` on the newest state, alone, and keeps the result. `change` must not wait. */
	update<T>(change: (state: SimulatedState) => T): T;
};

function emptyState(): SimulatedState {
	return {
		instances: {},
		images: ["*"],
		isReachable: true,
		faults: [],
		latencyMs: {},
		deathsAtBoot: 0,
		answers: [],
		commands: [],
	};
}

export function memoryStore(): SimulatedStore {
	const state = emptyState();
	return { read: () => state, update: (change) => change(state) };
}

const lockTimeoutMs = 5_000;

/** Written by rename, so that a killed process leaves the old state or the new one. */
export function fileStore(file: string): SimulatedStore {
	mkdirSync(path.dirname(file), { recursive: true });
	const read = (): SimulatedState => {
		try {
			return { ...emptyState(), ...(JSON.parse(readFileSync(file, "utf8")) as Partial<SimulatedState>) };
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return emptyState();
			throw error;
		}
	};
	return {
		read,
		update: (change) =>
			withFileLock(`${file}.lock`, () => {
				const state = read();
				const result = change(state);
				const draft = `${file}.${process.pid}.draft`;
				writeFileSync(draft, JSON.stringify(state));
				renameSync(draft, file);
				return result;
			}),
	};
}

/** Held for well under a millisecond, so waiting for it blocks; a lock whose holder died is broken. */
function withFileLock<T>(lock: string, action: () => T): T {
	const endsAt = Date.now() + lockTimeoutMs;
	for (;;) {
		try {
			const handle = openSync(lock, "wx");
			writeSync(handle, String(process.pid));
			closeSync(handle);
			break;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
			if (isAbandoned(lock)) rmSync(lock, { force: true });
			else if (Date.now() > endsAt)
				throw new Error(`The simulated engine's state stayed locked: ${lock}`, { cause: error });
			else Atomics.wait(sleeper, 0, 0, 1);
		}
	}
	try {
		return action();
	} finally {
		rmSync(lock, { force: true });
	}
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function isAbandoned(lock: string): boolean {
	try {
		const pid = Number(readFileSync(lock, "utf8"));
		// Empty: its holder is between making it and writing it.
		if (!pid) return false;
		process.kill(pid, 0);
		return false;
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		return code === "ESRCH";
	}
}
