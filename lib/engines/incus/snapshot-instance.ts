/**
 * Snapshot: of a box that holds still. On btrfs the engine (LXD 5.0) walks the box's files after it took the snapshot; a file that
 * vanishes meanwhile makes it fail, and what it leaves on disk then is in no list, and stops the box from being deleted. So a box
 * that runs is frozen for that time (which makes the snapshot a moment's picture, too), and a label says which snapshot is being
 * taken, so that what a failure left can be found and removed.
 */
import type { InstanceRef } from "../engine.ts";
import { isEngineError } from "./incus-errors.ts";
import { type IncusHost, instancePath, requireInstance, setConfig, waitForTasks, whenFree } from "./incus-host.ts";
import { freezeInstance, statusOf, thawInstance } from "./instance-power.ts";
import { labelKeys } from "./instance-view.ts";

const snapshotTimeoutMs = 120_000;

export async function snapshotInstance(host: IncusHost, o: InstanceRef & { snapshot: string }): Promise<void> {
	const { config } = await requireInstance(host, o);
	await waitForTasks(host, { ...o, timeoutMs: snapshotTimeoutMs });
	if (!(await hasSnapshot(host, o))) {
		if (config[labelKeys.snapshot]) await removeHalfMadeSnapshot(host, o);
		await setConfig(host, { ...o, config: { [labelKeys.snapshot]: o.snapshot } });
		await whileStill(host, o, () => take(host, o));
	}
	await setConfig(host, { ...o, config: { [labelKeys.snapshot]: "" } });
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
	try {
		await freezeInstance(host, ref);
		await action();
	} finally {
		// Also when the caller gave up: its box must not stay frozen for that.
		await thawInstance(host, { name: o.name });
	}
}

/**
 * Removes what a failed snapshot left on the disk: taking one of the same name once more makes the engine know it, and what it knows
 * it can delete.
 */
export async function removeHalfMadeSnapshot(host: IncusHost, o: InstanceRef): Promise<void> {
	let snapshot: string | undefined;
	try {
		snapshot = (await requireInstance(host, o)).config[labelKeys.snapshot];
	} catch (error) {
		if (!isEngineError(error, "not_found")) throw error;
	}
	// One that the engine lists is whole.
	if (!snapshot || (await hasSnapshot(host, { ...o, snapshot }))) return;
	await whileStill(host, o, () => take(host, { ...o, snapshot }));
	await whenFree(host, { ...o, timeoutMs: snapshotTimeoutMs }, () =>
		host.api.run({
			method: "DELETE",
			path: snapshotPath({ ...o, snapshot }),
			timeoutMs: snapshotTimeoutMs,
			signal: o.signal,
		}),
	);
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
	try {
		await host.api.request({ method: "GET", path: snapshotPath(o), signal: o.signal });
		return true;
	} catch (error) {
		if (isEngineError(error, "not_found")) return false;
		throw error;
	}
}

function snapshotPath(o: { name: string; snapshot: string }): string {
	return instancePath(o.name, `/snapshots/${encodeURIComponent(o.snapshot)}`);
}
