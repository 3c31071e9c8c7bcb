/** What every part of the driver works with: the API of one host, and the names under which our instances live there. */
import { setTimeout as delay } from "node:timers/promises";
import { EngineError, type InstanceLabels } from "../engine.ts";
import type { IncusApi, IncusOperation } from "./incus-api.ts";
import { errorOfAbort, InstanceBusyError, isEngineError } from "./incus-errors.ts";
import { type IncusInstance, labelKeys, parseInstance } from "./instance-view.ts";

export type IncusHost = {
	api: IncusApi;
	installId: string;
	project: string;
	profile: string;
	pool: string;
};

export function instancePath(name: string, rest = ""): string {
	return `/1.0/instances/${encodeURIComponent(name)}${rest}`;
}

/** The instance, or null when the engine says that there is none in a project that is there. Other errors are thrown. */
export async function findInstance(
	host: IncusHost,
	o: { name: string; withState?: boolean; signal?: AbortSignal | undefined },
): Promise<IncusInstance | null> {
	const path = instancePath(o.name, o.withState ? "?recursion=1" : "");
	try {
		return parseInstance(await host.api.request({ method: "GET", path, signal: o.signal }));
	} catch (error) {
		if (!isEngineError(error, "not_found")) throw error;
		await requireProject(host, o.signal);
		return null;
	}
}

export async function requireInstance(
	host: IncusHost,
	o: { name: string; withState?: boolean; signal?: AbortSignal | undefined },
): Promise<IncusInstance> {
	const instance = await findInstance(host, o);
	if (!instance) throw new EngineError("not_found", `There is no instance ${o.name} on this host`);
	return instance;
}

/**
 * LXD 5.0 answers "no instances" and "Instance not found" for a project that does not exist (a wiped or wrong engine): taken at
 * its word, every box would be declared gone. Throws `unavailable` then.
 */
export async function requireProject(host: IncusHost, signal: AbortSignal | undefined): Promise<void> {
	try {
		await host.api.request({ method: "GET", path: `/1.0/projects/${encodeURIComponent(host.project)}`, signal });
	} catch (error) {
		if (!isEngineError(error, "not_found", "invalid")) throw error;
		throw new EngineError("unavailable", `The engine has no project ${host.project}, or does not let us in`, error);
	}
}

export function labelsOf(instance: IncusInstance): InstanceLabels {
	return {
		installId: instance.config[labelKeys.install] ?? "",
		devboxId: instance.config[labelKeys.devbox] ?? "",
	};
}

const busyRetryMs = 100;

/** Runs `attempt`; while the engine says that another operation holds the instance, waits for that one and tries again. */
export async function whenFree<T>(
	host: IncusHost,
	o: { name: string; timeoutMs: number; signal?: AbortSignal | undefined },
	attempt: () => Promise<T>,
): Promise<T> {
	const endsAt = Date.now() + o.timeoutMs;
	for (;;) {
		try {
			return await attempt();
		} catch (error) {
			if (!(error instanceof InstanceBusyError)) throw error;
			if (Date.now() >= endsAt) throw new EngineError("timeout", error.message, error);
			await waitForTasks(host, { ...o, timeoutMs: Math.max(1_000, endsAt - Date.now()) });
			await pause(busyRetryMs, o);
		}
	}
}

/** Resolves when no create, copy, start, stop… of that instance runs on the engine, whoever started it and however it ended. */
export async function waitForTasks(
	host: IncusHost,
	o: { name: string; timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
	const answer = await host.api.request({ method: "GET", path: "/1.0/operations?recursion=1", signal: o.signal });
	const running = (answer as { running?: (IncusOperation & { class: string })[] } | null)?.running ?? [];
	for (const operation of running) {
		// An exec is an operation too (class websocket): it holds nothing.
		if (operation.class !== "task" || !touches(operation, o.name)) continue;
		try {
			await host.api.wait({
				id: operation.id,
				what: `another operation on ${o.name}`,
				timeoutMs: o.timeoutMs,
				signal: o.signal,
			});
		} catch (error) {
			// How it ended is its own caller's affair, and an operation that ended long ago is forgotten.
			if (error instanceof InstanceBusyError || isEngineError(error, "not_found", "invalid", "conflict")) continue;
			throw error;
		}
	}
}

/** Between two looks at the engine. Rejects as an aborted call does. */
export async function pause(ms: number, o: { name: string; signal?: AbortSignal | undefined }): Promise<void> {
	try {
		await delay(ms, undefined, o.signal ? { signal: o.signal } : {});
	} catch (error) {
		throw o.signal?.aborted ? errorOfAbort(o.signal, `waiting for ${o.name}`) : error;
	}
}

function touches(operation: IncusOperation, name: string): boolean {
	const paths = Object.values(operation.resources ?? {}).flat();
	return paths.some((path) => path.split("?")[0]?.split("/").includes(name));
}

const patchTimeoutMs = 30_000;

/** Merges keys into the instance's config. An operation on LXD, synchronous on some versions: both are waited for. */
export async function setConfig(
	host: IncusHost,
	o: { name: string; signal?: AbortSignal | undefined; config: Record<string, string> },
): Promise<void> {
	await whenFree(host, { ...o, timeoutMs: patchTimeoutMs }, async () => {
		await host.api.request({
			method: "PATCH",
			path: instancePath(o.name),
			json: { config: o.config },
			signal: o.signal,
		});
	});
}
