/** CPU, memory and disk of running boxes, from two looks one after the other. */
import type { ObservedDevbox } from "../../lib/db/observed-devboxes.ts";
import { insertSamples, type MetricSample } from "../../lib/db/sampled-metrics.ts";
import type { InstanceUsage, InstanceView } from "../../lib/engines/engine.ts";
import type { LoopContext } from "./loop.ts";

type Reading = { cpuNs: number; memoryBytes: number; atMs: number };

export type Sampler = {
	sample(ctx: LoopContext, o: { rows: readonly ObservedDevbox[]; instances: readonly InstanceView[] }): Promise<void>;
	/** Part of its memory limit that the box used when it last ran; null when not known. */
	memoryUsed(box: Pick<ObservedDevbox, "id" | "memoryMib">): number | null;
};

/** Keeps the last reading of each box of one host. */
export function createSampler(nowMs: () => number = () => performance.now()): Sampler {
	let last = new Map<string, Reading>();
	return {
		async sample(ctx, { rows, instances }) {
			const ids = new Set(rows.map((row) => row.id));
			const atMs = nowMs();
			// A box that is off keeps its last reading: it tells why it went off.
			const next = new Map([...last].filter(([id]) => ids.has(id)));
			const samples: MetricSample[] = [];
			for (const { labels, usage } of instances) {
				if (!usage || !ids.has(labels.devboxId)) continue;
				next.set(labels.devboxId, { cpuNs: usage.cpuNs, memoryBytes: usage.memoryBytes, atMs });
				const cpuPercent = cpuPercentSince(last.get(labels.devboxId), usage, atMs);
				if (cpuPercent === null) continue;
				const { memoryBytes, diskBytes } = usage;
				samples.push({ devboxId: labels.devboxId, cpuPercent, memoryBytes, diskBytes });
			}
			last = next;
			await insertSamples(ctx.db.pool, samples);
		},
		memoryUsed({ id, memoryMib }) {
			const reading = last.get(id);
			return reading && memoryMib ? reading.memoryBytes / (memoryMib * 1024 ** 2) : null;
		},
	};
}

/** 100 is one whole vCPU. Null without an earlier reading, or when the box was restarted in between. */
export function cpuPercentSince(
	before: Pick<Reading, "cpuNs" | "atMs"> | undefined,
	usage: Pick<InstanceUsage, "cpuNs">,
	atMs: number,
): number | null {
	if (!before || usage.cpuNs < before.cpuNs || atMs <= before.atMs) return null;
	return (usage.cpuNs - before.cpuNs) / 1e4 / (atMs - before.atMs);
}
