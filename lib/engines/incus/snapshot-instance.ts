/**
 * Snapshot: of a box that holds still. On btrfs the engine (LXD 5.0) walks the box's files once it has taken the snapshot. A file
 * that vanishes meanwhile makes it fail, and what it leaves on the disk then is in no list and stops the box from being deleted
 * ("Cannot remove a volume that has snapshots"). So a box that runs is frozen for that time: its snapshot is a moment's picture, too.
 */
import type { InstanceRef } from "../engine.ts";
import { isEngineError } from "./incus-errors.ts";
import { type IncusHost, instancePath, requireInstance, waitForTasks, whenFree } from "./incus-host.ts";
import { freezeInstance, statusOf, thawInstance } from "./instance-power.ts";

const snapshotTimeoutMs = 120_000;

export async function snapshotInstance(host: IncusHost, o: InstanceRef & { snapshot: string }): Promise<void> {
	await requireInstance(host, o);
	// One that a killed worker began.
	await waitForTasks(host, { ...o, timeoutMs: snapshotTimeoutMs });
	if (await hasSnapshot(host, o)) return;
	await whileStill(host, o, () => take(host, o));
}

/** Runs `action` while no process of the box runs. One that was frozen or off stays so. A killed caller leaves it frozen: a thaw away. */
export async function whileStill(
	host: IncusHost,
	o: { name: string; signal?: AbortSignal | undefined },
	action: () => Promise<unknown>,
): Promise<void> {
	const ref = { name: o.name, ...(o.signal ? { signal: o.signal } : {}) };
	if ((await statusOf(host, ref)) !== "running") {
		await action();
		return;
	}
	let isFrozen = false;
	try {
		await freezeInstance(host, ref);
		isFrozen = true;
		await action();
	} finally {
		// Also when the caller gave up: then after what it asked for, which goes on, has ended. A freeze that hung is not waited for.
		if (isFrozen || o.signal?.aborted) await waitForTasks(host, { name: o.name, timeoutMs: snapshotTimeoutMs });
		await thawInstance(host, { name: o.name });
	}
}

async function take(host: IncusHost, o: InstanceRef & { snapshot: string }): Promise<void> {
	try {
		await whenFree(host, { ...o, timeoutMs: snapshotTimeoutMs }, () =>
			host.api.run({
				method: "POST",
				path: instancePath(o.name, "/snapshots"),
				json: { name: o.snapshot, stateful: false },
				timeoutMs: snapshotTimeoutMs,
				signal: o.signal,
			}),
		);
	} catch (error) {
		if (!isEngineError(error, "conflict")) throw error;
	}
}

async function hasSnapshot(host: IncusHost, o: InstanceRef & { snapshot: string }): Promise<boolean> {
	const path = instancePath(o.name, `/snapshots/${encodeURIComponent(o.snapshot)}`);
	try {
		await host.api.request({ method: "GET", path, signal: o.signal });
		return true;
	} catch (error) {
		if (isEngineError(error, "not_found")) return false;
		throw error;
	}
}
