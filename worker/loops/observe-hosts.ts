/**
 * Looks at what is on each host, and compares it with the rows, both ways:
 *
 * 1. Rows first, then the engine's list: the list is the newer of the two. A list that could not be read whole is no list, and
 *    nothing is concluded from it.
 * 2. Instances with our label that no live row knows are removed (`sweep-orphans`).
 * 3. Rows whose instance is gone, or on or off against its owner's will, are set right (`compare-power`).
 * 4. Those that rebooted by themselves join their tailnet again (`rejoin-tailnets`), and are told their policy (`tell-rebooted`).
 * 5. Rows that say of an interface that it is where it is not are set right; `keep-filters` then moves it.
 * 6. What the running ones use is sampled (`sample-metrics`).
 */
import { readTailnetBoots } from "../../lib/db/box-tailscale.ts";
import { writeSeenFences } from "../../lib/db/host-network.ts";
import { readObservedDevboxes } from "../../lib/db/observed-devboxes.ts";
import type { InstanceView } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import { raceSignal } from "../runner/watch-step.ts";
import { comparePower } from "./compare-power.ts";
import type { Loop, LoopContext } from "./loop.ts";
import { rejoinTailnets } from "./rejoin-tailnets.ts";
import { createSampler, type Sampler } from "./sample-metrics.ts";
import { sweepOrphans } from "./sweep-orphans.ts";
import { type Boots, tellRebooted } from "./tell-rebooted.ts";

const listTimeoutMs = 15_000;

/** What the look before saw on a host. */
type HostMemory = { sampler: Sampler; wasOff: ReadonlySet<string>; boots: Boots };

export function observeHosts(o: { everyMs: number; orphanAgeMs: number }): Loop {
	const memories = new Map<string, HostMemory>();
	return {
		name: "observe-hosts",
		everyMs: o.everyMs,
		async turn(ctx) {
			await Promise.all(
				ctx.hosts.all().map(async (host) => {
					const memory = memories.get(host.id) ?? { sampler: createSampler(), wasOff: new Set(), boots: new Map() };
					memories.set(host.id, memory);
					await observeHost(ctx, { host, memory, orphanAgeMs: o.orphanAgeMs }).catch((error: unknown) => {
						if (!ctx.signal.aborted) ctx.log.warn({ host: host.name, err: error }, "host could not be looked at");
					});
				}),
			);
		},
	};
}

async function observeHost(
	ctx: LoopContext,
	o: { host: HostAccess; memory: HostMemory; orphanAgeMs: number },
): Promise<void> {
	const { host, memory } = o;
	const before = new Date();
	const rows = await readObservedDevboxes(ctx.db.pool, { hostId: host.id });
	const boxes = await readTailnetBoots(ctx.db.pool, { hostId: host.id });
	const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(listTimeoutMs)]);
	const listed = await raceSignal(host.engine.list({ usage: true, signal }), signal);
	// Sealed images carry our install's label too, and belong to no box.
	const instances: InstanceView[] = listed.filter(
		(view) => view.labels.installId === ctx.installId && view.labels.devboxId !== "",
	);
	await memory.sampler.sample(ctx, { rows, instances });
	const { memoryUsed } = memory.sampler;
	memory.wasOff = await comparePower(ctx, { host, rows, instances, memoryUsed, wasOff: memory.wasOff });
	await rejoinTailnets(ctx, { boxes, instances });
	memory.boots = tellRebooted(ctx, { host, before: memory.boots, instances });
	const seen = instances.map(({ labels, isFenced }) => ({ id: labels.devboxId, isFenced }));
	for (const devbox of await writeSeenFences(ctx.db.pool, { hostId: host.id, before, seen }))
		ctx.log.warn({ devbox, host: host.name }, "a box's interface was not where its row said");
	await sweepOrphans(ctx, { host, instances, orphanAgeMs: o.orphanAgeMs });
}
