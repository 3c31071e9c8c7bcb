/** Sets rows right whose instance is gone, off or on, when no run is at work on them. */
import {
	markInstanceGone,
	markPower,
	markPowerLost,
	markStoppedFromInside,
	type ObservedDevbox,
	writeAddress,
} from "../../lib/db/observed-devboxes.ts";
import { queueRun } from "../../lib/db/run-journal.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { EngineError, type InstanceView } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import type { LoopContext } from "./loop.ts";
import { powerLoss } from "./power-loss.ts";

const inspectTimeoutMs = 10_000;

type Observation = {
	host: HostAccess;
	rows: readonly ObservedDevbox[];
	instances: readonly InstanceView[];
	memoryUsed: (row: ObservedDevbox) => number | null;
	/** Ids of boxes that were off without a reason in the look before. */
	wasOff: ReadonlySet<string>;
};

/** Answers the ids of boxes that are off without a reason. */
export async function comparePower(ctx: LoopContext, o: Observation): Promise<Set<string>> {
	const views = new Map(o.instances.map((view) => [view.labels.devboxId, view]));
	const idle = o.rows.filter((row) => !row.hasOpenRun);
	const isOff = (row: ObservedDevbox) => {
		const status = views.get(row.id)?.status;
		return row.power !== "off" && (status === "stopped" || status === "error");
	};
	const off = new Set(idle.filter(isOff).map((row) => row.id));
	for (const row of idle) {
		const view = views.get(row.id);
		if (!view) await confirmGone(ctx, { host: o.host, row });
		else if (isOff(row)) await takeOff(ctx, { ...o, row, offTogether: off.size, memoryUsed: o.memoryUsed(row) });
		else await takeOn(ctx, { row, view });
	}
	return off;
}

/** The list lacks it; only when a look at the instance itself says so too is it gone. */
async function confirmGone(ctx: LoopContext, o: { host: HostAccess; row: ObservedDevbox }): Promise<void> {
	if (o.row.state !== "ready" && o.row.state !== "stopped" && o.row.state !== "failed") return;
	if ((await look(ctx, o)) !== null) return;
	const reason = `Its instance is gone from host ${o.host.name}; it was not removed by us.`;
	if (await markInstanceGone(ctx.db.pool, o.row, { reason }))
		ctx.log.error({ devbox: o.row.id, host: o.host.name }, "a devbox's instance is gone from its host");
}

type Off = {
	host: HostAccess;
	row: ObservedDevbox;
	offTogether: number;
	memoryUsed: number | null;
	wasOff: ReadonlySet<string>;
};

async function takeOff(ctx: LoopContext, o: Off): Promise<void> {
	const { row } = o;
	const view = await look(ctx, o);
	if (!view || (view.status !== "stopped" && view.status !== "error")) return;
	o.host.links.drop(view.name);
	const { pool } = ctx.db;
	if (row.state === "failed" || row.state === "stopped") {
		await markPower(pool, row, { power: "off" });
		return;
	}
	if (row.state !== "ready" || row.desiredState !== "running") return;
	// What the engine says counts when it stays so. Just after a power-off from inside LXD still has the state from before, "lost"; and a
	// reboot from inside passes through "off" for a moment (0.4 s were seen), which is no wish to be off.
	if (view.lastStop !== undefined && !o.wasOff.has(row.id)) return;
	const { offTogether, memoryUsed } = o;
	const loss = powerLoss({ lastStop: view.lastStop, status: view.status, offTogether, memoryUsed });
	ctx.log.warn({ devbox: row.id, host: o.host.name, loss }, "a devbox is off");
	if (loss.kind === "powered_off_inside") {
		await markStoppedFromInside(pool, row, { reason: loss.reason });
		return;
	}
	if (await markPowerLost(pool, row, { reason: loss.reason }))
		await queueRun(pool, { devboxId: row.id, pipeline: "start-devbox", whileStates: ["ready"] });
}

async function takeOn(ctx: LoopContext, o: { row: ObservedDevbox; view: InstanceView }): Promise<void> {
	const { row, view } = o;
	const { pool } = ctx.db;
	const power = view.status === "frozen" ? "suspended" : view.status === "running" ? "running" : "off";
	if (power !== "off" && power !== row.power) await markPower(pool, row, { power });
	if (view.ipv4 && view.ipv4 !== row.address) await writeAddress(pool, { id: row.id, address: view.ipv4 });
}

/** Null: the engine says that there is no such instance. Any other trouble throws, and nothing is concluded. */
async function look(ctx: LoopContext, o: { host: HostAccess; row: ObservedDevbox }): Promise<InstanceView | null> {
	const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(inspectTimeoutMs)]);
	try {
		return await o.host.engine.inspect({ name: instanceName(o.row.id), signal });
	} catch (error) {
		if (error instanceof EngineError && error.code === "not_found") return null;
		throw error;
	}
}
