/**
 * Keeps each host's egress filter and its boxes' interfaces as the rows say, and writes down what the filter decides:
 *
 * 1. A change of any policy is brought into the filter. The rows are asked every turn; the filter itself is looked at now and then, and
 *    made, started or told again when it is not as it should be. Meanwhile boxes have no network, and the host's row says so.
 * 2. Boxes whose interface stands where their policy does not want it are moved, the policy first.
 * 3. Decisions are counted and written.
 * 4. A filter that no box has needed for a while is switched off.
 *
 * A box is root's own, and a host may hang: nothing that waits for one of them keeps the others waiting.
 */
import { setTimeout as delay } from "node:timers/promises";
import {
	addDecisions,
	type NetworkedBox,
	readHostFence,
	readNetworkedBoxes,
	writeFenced,
	writeFilterStatus,
} from "../../lib/db/host-network.ts";
import { appliedPolicy } from "../../lib/domain/egress-policy.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { inFence } from "../../lib/domain/fence.ts";
import { filterInstance } from "../../lib/egress/filter-control.ts";
import { EngineError } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import { createDecisionTally, type DecisionTally } from "../network/decision-tally.ts";
import { enforcePolicies } from "../network/enforce-policies.ts";
import { settleNetwork } from "../network/settle-network.ts";
import { writePolicyFile } from "../network/write-policy-file.ts";
import type { Loop, LoopContext } from "./loop.ts";

type Times = { lookEveryMs: number; idleStopMs: number };
type HostMemory = {
	tally: DecisionTally;
	/** When the filter was last seen to be well, and last needed. */
	lookedAt: number;
	neededAt: number;
	/** The turn that is under way. */
	turn: Promise<void> | null;
	/** By box: its interface is being moved, or could not be until then. */
	moving: Map<string, "now" | { retryAt: number }>;
	telling: ReturnType<typeof tellOneByOne>;
	/** Ends the tally when this process does not lead the loop any more. */
	watch: NodeJS.Timeout | null;
};

const turnTimeoutMs = 60_000;
const silentMs = 15_000;
const moveAgainMs = 5_000;
/** Each takes the filter's lock for a moment. */
const movesMax = 4;

export function keepFilters(o: Times & { everyMs: number }): Loop {
	const memories = new Map<string, HostMemory>();
	return {
		name: "keep-filters",
		everyMs: o.everyMs,
		async turn(ctx) {
			const turns = ctx.hosts.all().map((host) => {
				const memory = memories.get(host.id) ?? newMemory(ctx.signal);
				memories.set(host.id, memory);
				if (memory.watch) clearTimeout(memory.watch);
				memory.watch = setTimeout(() => memory.tally.stop(), silentMs).unref();
				memory.turn ??= keepFilter(ctx, { host, memory, times: o })
					.catch((error: unknown) => {
						if (!ctx.signal.aborted) ctx.log.warn({ host: host.name, err: error }, "a host's filter was not looked at");
					})
					.finally(() => {
						memory.turn = null;
					});
				return memory.turn;
			});
			// A host that takes longer goes on beside the next turns of the others.
			await Promise.race([Promise.all(turns), delay(o.everyMs, null, { ref: false })]);
		},
	};
}

function newMemory(stopping: AbortSignal): HostMemory {
	const telling = tellOneByOne();
	const tally = createDecisionTally();
	// Its stream would keep a worker that stops alive.
	stopping.addEventListener("abort", () => tally.stop(), { once: true });
	return {
		tally,
		lookedAt: 0,
		neededAt: Date.now(),
		turn: null,
		moving: new Map(),
		telling,
		watch: null,
	};
}

async function keepFilter(ctx: LoopContext, o: { host: HostAccess; memory: HostMemory; times: Times }): Promise<void> {
	const { host, memory } = o;
	const db = ctx.db.pool;
	const fence = await readHostFence(db, { hostId: host.id });
	if (!fence) return;
	const boxes = await readNetworkedBoxes(db, { hostId: host.id });
	const addresses = boxes.flatMap((box) =>
		box.place === null
			? []
			: [[inFence(fence.address, box.place), { id: box.id, isObserved: box.policy.mode === "observe" }] as const],
	);
	await addDecisions(db, memory.tally.take(new Map(addresses)));
	if (boxes.length === 0) return stopIdle(ctx, o, fence.filterStatus);
	memory.neededAt = Date.now();
	const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(turnTimeoutMs)]);
	const own = { db, host, installId: ctx.installId, signal };
	try {
		const changed = boxes
			.filter(isSettled)
			.filter((box) => box.place !== null && box.applied !== appliedPolicy(box.policy));
		if (changed.length > 0 || Date.now() - memory.lookedAt > o.times.lookEveryMs) {
			await enforcePolicies({ ...own, mayRenew: true });
			memory.lookedAt = Date.now();
		}
		for (const box of boxes.filter(isSettled).filter(isMisplaced)) moveBox(ctx, { ...o, box });
		for (const box of boxes.filter(isSettled).filter((one) => needsNoPlace(one) && memory.moving.get(one.id) !== "now"))
			await writeFenced(db, { devboxId: box.id, isFenced: false });
		for (const id of memory.moving.keys()) if (!boxes.some((box) => box.id === id)) memory.moving.delete(id);
		for (const box of changed) memory.telling(ctx, host, box);
		await memory.tally.follow(host.engine, signal);
	} catch (error) {
		if (ctx.signal.aborted) return;
		memory.lookedAt = 0;
		const message = error instanceof AppError || error instanceof EngineError ? error.message : "It does not answer.";
		await writeFilterStatus(db, { hostId: host.id, status: "down", message });
		ctx.log.warn({ host: host.name, err: error }, "egress filter is not in step");
	}
}

/** Until it runs, the run that makes it sees to its network; a suspended one keeps its own until it wakes. */
function isSettled(box: NetworkedBox): boolean {
	if (box.state === "provisioning") return box.power === "running";
	return (box.state === "ready" || box.state === "stopped" || box.state === "failed") && box.power !== "suspended";
}

/** It was to have a policy, and is to have none again before its interface was moved. */
function needsNoPlace(box: NetworkedBox): boolean {
	return box.place !== null && !box.isFenced && box.policy.mode === "open";
}

function isMisplaced(box: NetworkedBox): boolean {
	return box.isFenced !== (box.policy.mode !== "open");
}

/** In its own time: the engine may wait long for a box that does not let go of its interface. */
function moveBox(ctx: LoopContext, o: { host: HostAccess; memory: HostMemory; box: NetworkedBox }): void {
	const { host, box } = o;
	const { moving, telling } = o.memory;
	const known = moving.get(box.id);
	if (known === "now" || (known && known.retryAt > Date.now())) return;
	if ([...moving.values()].filter((one) => one === "now").length >= movesMax) return;
	moving.set(box.id, "now");
	const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(turnTimeoutMs)]);
	const settling = { db: ctx.db.pool, host, installId: ctx.installId, signal };
	void settleNetwork({ ...settling, devboxId: box.id, isJustEnforced: true }).then(
		() => {
			moving.delete(box.id);
			telling(ctx, host, box);
		},
		(error: unknown) => {
			moving.set(box.id, { retryAt: Date.now() + moveAgainMs });
			if (!ctx.signal.aborted) ctx.log.warn({ devbox: box.id, err: error }, "a box is not where its policy wants it");
		},
	);
}

/** One at a time to each box, which may take as long as it likes over it; then the last that there was to say. */
function tellOneByOne(): (ctx: LoopContext, host: HostAccess, box: NetworkedBox) => void {
	const next = new Map<string, NetworkedBox | null>();
	return function tell(ctx, host, box) {
		if (box.power !== "running") return;
		if (next.has(box.id)) return void next.set(box.id, box);
		next.set(box.id, null);
		void writePolicyFile({ host, devboxId: box.id, policy: box.policy, signal: ctx.signal })
			.catch((error: unknown) => {
				if (!ctx.signal.aborted) ctx.log.warn({ devbox: box.id, err: error }, "box was not told its network policy");
			})
			.finally(() => {
				const again = next.get(box.id);
				next.delete(box.id);
				if (again) tell(ctx, host, again);
			});
	};
}

async function stopIdle(
	ctx: LoopContext,
	o: { host: HostAccess; memory: HostMemory; times: Times },
	status: string | null,
): Promise<void> {
	const { host, memory, times } = o;
	if (status === null || status === "off" || Date.now() - memory.neededAt < times.idleStopMs) return;
	memory.tally.stop();
	await host.engine.stop({ name: filterInstance, graceMs: 0, signal: ctx.signal }).catch((error: unknown) => {
		if (!(error instanceof EngineError) || error.code !== "not_found") throw error;
	});
	await writeFilterStatus(ctx.db.pool, { hostId: host.id, status: "off", message: null });
}
