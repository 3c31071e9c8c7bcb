/** Counts what a host's filter decides, as it says it, until somebody takes the counts. */
import { createInterface } from "node:readline";
import type { CountedDecision } from "../../lib/db/host-network.ts";
import { parseDecision } from "../../lib/egress/decision-lines.ts";
import { followDecisions } from "../../lib/egress/filter-control.ts";
import type { Engine, ExecStream } from "../../lib/engines/engine.ts";

/** Kinds between two takings; a box that tries more is not worth more memory. */
const kindsMax = 2_000;

export type DecisionTally = {
	readonly isFollowing: boolean;
	/** Starts following where it does not yet, from where it left off. */
	follow(engine: Engine, signal: AbortSignal): Promise<void>;
	/** `boxOf`: the box at an address of the fence. */
	take(boxOf: ReadonlyMap<string, string>): CountedDecision[];
	stop(): void;
};

export function createDecisionTally(now: () => number = Date.now): DecisionTally {
	let stream: ExecStream | null = null;
	let sinceMs = now();
	let counts = new Map<string, CountedDecision & { address: string }>();

	function count(line: string): void {
		sinceMs = now();
		const decision = parseDecision(line);
		if (!decision) return;
		const key = JSON.stringify(decision);
		const known = counts.get(key);
		if (known) known.count += 1;
		else if (counts.size < kindsMax) counts.set(key, { devboxId: "", count: 1, ...decision });
	}

	return {
		get isFollowing() {
			return stream !== null;
		},
		async follow(engine, signal) {
			if (stream) return;
			const opened = await followDecisions({ engine, sinceSeconds: Math.ceil(sinceMs / 1000), signal });
			stream = opened;
			opened.stdio.end();
			opened.stderr.resume();
			createInterface({ input: opened.stdio }).on("line", count);
			const ended = () => {
				if (stream === opened) stream = null;
			};
			opened.exit.then(ended, ended);
		},
		take(boxOf) {
			const taken = [...counts.values()].flatMap(({ address, ...decision }) => {
				const devboxId = boxOf.get(address);
				return devboxId ? [{ ...decision, devboxId }] : [];
			});
			counts = new Map();
			return taken;
		},
		stop() {
			stream?.kill();
			stream = null;
		},
	};
}
