/** A loop is a value: what to do every so often, on one of the workers. */
import type { Database } from "../../lib/db/database.ts";
import type { Log } from "../../lib/log/log.ts";
import type { Hosts } from "../hosts.ts";
import type { Leader } from "./leader.ts";

export type LoopContext = {
	db: Pick<Database, "pool">;
	hosts: Hosts;
	installId: string;
	log: Log;
	signal: AbortSignal;
};

export type Loop = {
	name: string;
	everyMs: number;
	/** One turn; what it could not read it leaves alone. Throwing is logged, and the next turn comes. */
	turn(ctx: LoopContext): Promise<void>;
};

export type RunningLoops = { stop(): Promise<void> };

/** Starts all of them, each with its first turn at once. A turn never overlaps the one before. */
export function startLoops(o: {
	loops: readonly Loop[];
	ctx: Omit<LoopContext, "signal">;
	leader: Leader;
}): RunningLoops {
	const stopping = new AbortController();
	const running = o.loops.map((loop) => keepTurning(loop, { ...o.ctx, signal: stopping.signal }, o.leader));
	return {
		async stop() {
			stopping.abort();
			await Promise.all(running);
		},
	};
}

async function keepTurning(loop: Loop, ctx: LoopContext, leader: Leader): Promise<void> {
	const log = ctx.log.child({ loop: loop.name });
	while (!ctx.signal.aborted) {
		try {
			if (await leader.leads(loop.name)) await loop.turn({ ...ctx, log });
		} catch (error) {
			if (!ctx.signal.aborted) log.warn({ err: error }, "a turn did not get through");
		}
		await pause(loop.everyMs, ctx.signal);
	}
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	if (signal.aborted) return Promise.resolve();
	const onAbort = () => {
		clearTimeout(timer);
		resolve();
	};
	const timer = setTimeout(() => {
		signal.removeEventListener("abort", onAbort);
		resolve();
	}, ms);
	signal.addEventListener("abort", onAbort, { once: true });
	return promise;
}
