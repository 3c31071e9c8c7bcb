/** Asks every host's engine how it is, and writes it down: placement, `doctor` and the hosts page read it. */
import { writeHostCapacity, writeHostStatus } from "../../lib/db/observed-hosts.ts";
import { wakeWaitingRuns } from "../../lib/db/run-journal.ts";
import { EngineError } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import { raceSignal } from "../runner/watch-step.ts";
import type { Loop, LoopContext } from "./loop.ts";

const probeTimeoutMs = 8_000;
/** One late answer of a busy host is no outage; a refused connection is. */
const latesMax = 2;

export function probeHosts(o: { everyMs: number }): Loop {
	const lates = new Map<string, number>();
	return {
		name: "probe-hosts",
		everyMs: o.everyMs,
		async turn(ctx) {
			await ctx.hosts.refresh();
			await Promise.all(ctx.hosts.all().map((host) => probeHost(ctx, host, lates)));
		},
	};
}

async function probeHost(ctx: LoopContext, host: HostAccess, lates: Map<string, number>): Promise<void> {
	const { pool } = ctx.db;
	const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(probeTimeoutMs)]);
	let capacity: Awaited<ReturnType<HostAccess["engine"]["probe"]>>;
	try {
		capacity = await raceSignal(host.engine.probe({ signal }), signal);
	} catch (error) {
		if (ctx.signal.aborted) return;
		const count = (lates.get(host.id) ?? 0) + 1;
		lates.set(host.id, count);
		const isLate = signal.aborted || (error instanceof EngineError && error.code === "timeout");
		if (isLate && count < latesMax) return;
		const message =
			error instanceof EngineError ? error.message : `Its engine did not answer within ${probeTimeoutMs / 1000} s.`;
		if (await writeHostStatus(pool, { hostId: host.id, status: "offline", message }))
			ctx.log.warn({ host: host.name, err: error }, "host is offline");
		return;
	}
	lates.delete(host.id);
	await writeHostCapacity(pool, { hostId: host.id, capacity });
	if (await writeHostStatus(pool, { hostId: host.id, status: "online", message: null }))
		ctx.log.info({ host: host.name }, "host is online");
	await wakeWaitingRuns(pool, { hostId: host.id });
}
