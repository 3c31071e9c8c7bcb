/** Removes instances of ours that belong to no box: the remains of a create that was cut off, or of a destroy that came first. */
import { readKnownDevboxes } from "../../lib/db/observed-devboxes.ts";
import type { InstanceView } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import type { LoopContext } from "./loop.ts";

const destroyTimeoutMs = 60_000;

type Sweep = { host: HostAccess; instances: readonly InstanceView[]; orphanAgeMs: number };

export async function sweepOrphans(ctx: LoopContext, o: Sweep): Promise<void> {
	const ids = o.instances.map((view) => view.labels.devboxId);
	if (ids.length === 0) return;
	// Read after the list: a row is always there before its instance.
	const known = await readKnownDevboxes(ctx.db.pool, { ids });
	for (const view of orphansAmong({ ...o, ...known, now: new Date() })) {
		ctx.log.warn({ host: o.host.name, instance: view.name }, "an instance belongs to no devbox: removing it");
		const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(destroyTimeoutMs)]);
		o.host.links.drop(view.name);
		await o.host.engine.destroy({ name: view.name, signal });
	}
}

/**
 * Old enough that no create is on its way, and younger than this database: an instance from before it means that the database is a
 * new or restored one that cannot know all boxes, and then nothing may be removed.
 */
export function orphansAmong(o: {
	instances: readonly InstanceView[];
	live: ReadonlySet<string>;
	databaseSince: Date | null;
	orphanAgeMs: number;
	now: Date;
}): InstanceView[] {
	const { databaseSince } = o;
	if (!databaseSince) return [];
	return o.instances.filter((view) => {
		if (o.live.has(view.labels.devboxId)) return false;
		if (view.createdAt < databaseSince) return false;
		return o.now.getTime() - view.createdAt.getTime() >= o.orphanAgeMs;
	});
}
