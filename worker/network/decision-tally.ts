/** Counts what a host's filter decides, as it says it, until somebody takes the counts. */
import { createInterface } from "node:readline";
import type { CountedDecision } from "../../lib/db/host-network.ts";
import { asObserved, parseDecision } from "../../lib/egress/decision-lines.ts";
import { followDecisions } from "../../lib/egress/filter-control.ts";
import type { Engine, ExecStream } from "../../lib/engines/engine.ts";

/** Kinds of one box between two takings: one that tries more is not worth more memory, and hides nobody's but its own. */
const kindsMaxPerBox = 200;

export type DecisionTally = {
	readonly isFollowing: boolean;
	/** Starts following where it does not yet, from where it left off. */
	follow(engine: Engine, signal: AbortSignal): Promise<void>;
	/** `boxOf`: the box at an address of the fence, and whether it is observed. */
	take(boxOf: ReadonlyMap<string, { id: string; isObserved: boolean }>): CountedDecision[];
	stop(): void;
};

export function createDecisionTally(now: () => number = Date.now): DecisionTally {
	let stream: ExecStream | null = null;
	let sinceMs = now();
	/** By the box's address, then by what was decided. */
	let counts = new Map<string, Map<string, CountedDecision>>();

	function count(line: string): void {
		sinceMs = now();
		const parsed = parseDecision(line);
		if (!parsed) return;
		const { address, ...decision } = parsed;
		const ofBox = counts.get(address) ?? new Map<string, CountedDecision>();
		counts.set(address, ofBox);
		const key = JSON.stringify(decision);
		const known = ofBox.get(key);
		if (known) known.count += 1;
		else if (ofBox.size < kindsMaxPerBox) ofBox.set(key, { devboxId: "", count: 1, ...decision });
	}

	return {
		get isFollowing() {
			return stream !== null;
		},
		async follow(engine, signal) {
			if (stream) return;
			const opened = await followDecisions({ engine, sinceSeconds: Math.ceil(sinceMs / 1000), signal });
			if (signal.aborted) return opened.kill();
			stream = opened;
			opened.stdio.end();
			opened.stderr.resume();
			// It passes on an error of the stream, whose end is told by `exit`.
			createInterface({ input: opened.stdio })
				.on("line", count)
				.on("error", () => undefined);
			const ended = () => {
				if (stream === opened) stream = null;
			};
			opened.exit.then(ended, ended);
		},
		take(boxOf) {
			const taken = [...counts].flatMap(([address, ofBox]) => {
				const box = boxOf.get(address);
				if (!box) return [];
				const decisions = [...ofBox.values()].map((decision) => ({ ...decision, devboxId: box.id }));
				return box.isObserved ? decisions.map(asObserved) : decisions;
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
