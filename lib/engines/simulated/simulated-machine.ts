/**
 * The machine behind a simulated engine, and what a test does to it: slow it down, make the next call fail, let a box die at
 * boot, take it off the network and bring it back. One per endpoint in a process; with `simulated:file:/path` one per file.
 */
import { setTimeout as delay } from "node:timers/promises";
import { EngineError, type EngineErrorCode } from "../engine.ts";
import {
	fileStore,
	memoryStore,
	type SimulatedAnswer,
	type SimulatedCall,
	type SimulatedInstance,
	type SimulatedState,
	type SimulatedStore,
} from "./simulated-store.ts";

const commandsKept = 1_000;

export class SimulatedMachine {
	readonly #store: SimulatedStore;
	readonly #abandoned = new Set<Promise<void>>();

	constructor(store: SimulatedStore) {
		this.#store = store;
	}

	/** Every call of that name takes so long, milliseconds. */
	setLatency(call: SimulatedCall, latencyMs: number): void {
		this.#store.update((state) => {
			state.latencyMs[call] = latencyMs;
		});
	}

	/** The next call of that name fails; called twice, the next two. */
	failNext(call: SimulatedCall, code: EngineErrorCode, message = `Scripted failure of ${call}`): void {
		this.#store.update((state) => state.faults.push({ call, code, message }));
	}

	/** The next `count` starts say success, and the box is dead. */
	dieAtBoot(count = 1): void {
		this.#store.update((state) => {
			state.deathsAtBoot += count;
		});
	}

	/** The engine does not answer any more. Its boxes go on. */
	goUnavailable(): void {
		this.#store.update((state) => {
			state.isReachable = false;
		});
	}

	comeBack(): void {
		this.#store.update((state) => {
			state.isReachable = true;
		});
	}

	/** The machine reboots: what ran is off. */
	reboot(): void {
		this.#store.update((state) => {
			for (const instance of Object.values(state.instances)) instance.status = "stopped";
		});
	}

	/** A box's init ends in order: somebody inside powered it off, or a reboot is half way. */
	endInit(name: string): void {
		this.#store.update((state) => {
			const instance = state.instances[name];
			if (instance) Object.assign(instance, { status: "stopped", lastStop: "orderly" });
		});
	}

	/** Which images are on the host; by default any is. */
	setImages(images: string[]): void {
		this.#store.update((state) => {
			state.images = images;
		});
	}

	/** What commands whose line contains this text answer from now on. */
	answer(contains: string, answer: Partial<SimulatedAnswer>): void {
		this.#store.update((state) =>
			state.answers.unshift({ contains, answer: { code: 0, stdout: "", stderr: "", latencyMs: 0, ...answer } }),
		);
	}

	/** The last 1,000 command lines that ran in boxes, oldest first. */
	commands(): { instance: string; command: string }[] {
		return [...this.#store.read().commands];
	}

	/** All instances, whoever's they are. */
	instances(): SimulatedInstance[] {
		return Object.values(this.#store.read().instances);
	}

	find(name: string): SimulatedInstance | null {
		return this.#store.read().instances[name] ?? null;
	}

	/** The scripted answer to a command in a box, noted down. */
	respond(instance: string, command: string): SimulatedAnswer {
		return this.#store.update((state) => {
			state.commands.push({ instance, command });
			if (state.commands.length > commandsKept) state.commands.shift();
			const scripted = state.answers.find((each) => command.includes(each.contains));
			return scripted?.answer ?? defaultAnswer(command);
		});
	}

	/**
	 * One call of the engine: its latency, its scripted fault, then its effect. As with a real engine, a caller that gives up does
	 * not stop it: the effect happens all the same.
	 */
	async perform<T>(
		call: SimulatedCall,
		signal: AbortSignal | undefined,
		effect: (state: SimulatedState) => T,
	): Promise<T> {
		if (signal?.aborted) throw abortOf(signal, call);
		const work = this.#work(call, effect);
		if (!signal) return work;
		const given = new AbortController();
		try {
			return await Promise.race([work, rejectOnAbort(signal, call, given.signal)]);
		} finally {
			given.abort();
			if (signal.aborted) this.#abandon(work);
		}
	}

	/** Resolves when the calls whose callers gave up have had their effect. */
	async settle(): Promise<void> {
		await Promise.all(this.#abandoned);
	}

	#abandon(work: Promise<unknown>): void {
		const forget = (): void => {
			this.#abandoned.delete(ended);
		};
		// Nobody is there to hear how it went.
		const ended: Promise<void> = work.then(forget, forget);
		this.#abandoned.add(ended);
	}

	async #work<T>(call: SimulatedCall, effect: (state: SimulatedState) => T): Promise<T> {
		const latencyMs = this.#store.read().latencyMs[call] ?? 0;
		await delay(latencyMs);
		const outcome = this.#store.update<{ value: T } | { error: unknown }>((state) => {
			if (!state.isReachable) return { error: new EngineError("unavailable", "The simulated engine does not answer") };
			const index = state.faults.findIndex((fault) => fault.call === call);
			const fault = index < 0 ? undefined : state.faults.splice(index, 1)[0];
			if (fault) return { error: new EngineError(fault.code, fault.message) };
			try {
				return { value: effect(state) };
			} catch (error) {
				return { error };
			}
		});
		if ("error" in outcome) throw outcome.error;
		return outcome.value;
	}
}

function rejectOnAbort(signal: AbortSignal, call: SimulatedCall, done: AbortSignal): Promise<never> {
	return new Promise((_resolve, reject) => {
		signal.addEventListener("abort", () => reject(abortOf(signal, call)), { once: true, signal: done });
	});
}

function abortOf(signal: AbortSignal, call: SimulatedCall): unknown {
	const reason: unknown = signal.reason;
	return reason instanceof Error && reason.name === "TimeoutError"
		? new EngineError("timeout", `The simulated engine did not finish in time (${call})`, reason)
		: reason;
}

function defaultAnswer(command: string): SimulatedAnswer {
	const exit = /^(?:sh -c )?exit (\d+)$/.exec(command.trim());
	const stdout = command.includes("systemctl is-system-running") ? "running\n" : "";
	return { code: exit ? Number(exit[1]) : 0, stdout, stderr: "", latencyMs: 0 };
}

const machines = new Map<string, SimulatedMachine>();

/** The machine at that endpoint; the same one for everybody in this process. */
export function simulatedMachine(endpoint: string): SimulatedMachine {
	const known = machines.get(endpoint);
	if (known) return known;
	if (!endpoint.startsWith("simulated:")) {
		throw new EngineError("invalid", `A simulated engine's endpoint is simulated:<scenario>, not ${endpoint}`);
	}
	const filePrefix = "simulated:file:";
	const isFile = endpoint.startsWith(filePrefix);
	const machine = new SimulatedMachine(isFile ? fileStore(endpoint.slice(filePrefix.length)) : memoryStore());
	if (endpoint === unreachableEndpoint) machine.goUnavailable();
	machines.set(endpoint, machine);
	return machine;
}

/** A machine that never answers. */
export const unreachableEndpoint = "simulated:unreachable";
