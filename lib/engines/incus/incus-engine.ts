/**
 * Engine `incus`: Incus and LXD (one REST API) over a unix socket, or https with a client certificate that is restricted to our
 * project. Boxes are unprivileged system containers: copies of one sealed instance per image (see `import-image.ts`), in the
 * project and with the profile that the installation made.
 */
import type { Engine, EngineCapabilities, InstanceRef, InstanceView } from "../engine.ts";
import { EngineError } from "../engine.ts";
import type { HostConnection } from "../registry.ts";
import { createInstance } from "./create-instance.ts";
import { destroyInstance } from "./destroy-instance.ts";
import { openExec } from "./exec-stream.ts";
import { setInstanceNetwork } from "./fenced-nic.ts";
import { probeHost } from "./host-probe.ts";
import { importImage } from "./import-image.ts";
import { IncusApi } from "./incus-api.ts";
import { isEngineError } from "./incus-errors.ts";
import { type IncusHost, instancePath, requireInstance, requireProject } from "./incus-host.ts";
import { openIncusTransport } from "./incus-transport.ts";
import { freezeInstance, startInstance, stopInstance, thawInstance } from "./instance-power.ts";
import { instanceView, labelKeys, parseInstances } from "./instance-view.ts";
import { snapshotInstance } from "./snapshot-instance.ts";

const consoleMaxBytes = 16 * 1024;

/** What holds before the first `probe`, which reads pool and profile. */
const presumed: EngineCapabilities = {
	copyOnWrite: true,
	freeze: true,
	snapshots: true,
	diskLimits: true,
	isolatedIds: false,
	nesting: true,
};

/** Opens no connection yet: an engine that is away shows at the first call. Throws `invalid` for a malformed endpoint. */
export function openIncusEngine(connection: HostConnection): Engine {
	const { installId, project, profile, pool } = connection;
	const api = new IncusApi(openIncusTransport(connection), project);
	const host: IncusHost = { api, installId, project, profile, pool };
	let capabilities = presumed;
	return {
		get capabilities() {
			return capabilities;
		},
		probe: async (o) => {
			const result = await probeHost(host, o);
			capabilities = result.capabilities;
			return result.probe;
		},
		create: (o) => createInstance(host, o),
		setNetwork: (o) => setInstanceNetwork(host, o),
		start: (o) => startInstance(host, o),
		stop: (o) => stopInstance(host, o),
		freeze: (o) => freezeInstance(host, o),
		thaw: (o) => thawInstance(host, o),
		inspect: (o) => inspect(host, o),
		list: (o) => list(host, o),
		snapshot: (o) => snapshotInstance(host, o),
		destroy: (o) => destroyInstance(host, o),
		exec: (o) => exec(host, o),
		importImage: (o) => importImage(host, o),
	};
}

async function inspect(
	host: IncusHost,
	o: InstanceRef & { usage?: boolean; console?: boolean },
): Promise<InstanceView> {
	const [instance, console] = await Promise.all([
		requireInstance(host, { name: o.name, withState: true, signal: o.signal }),
		o.console ? readConsole(host, o) : null,
	]);
	return instanceView(instance, { usage: o.usage ?? false, console });
}

/** Null where the engine keeps no console of it (it never ran). */
async function readConsole(host: IncusHost, o: InstanceRef): Promise<string | null> {
	try {
		const bytes = await host.api.requestBytes({
			method: "GET",
			path: instancePath(o.name, "/console"),
			signal: o.signal,
		});
		return bytes.subarray(-consoleMaxBytes).toString();
	} catch (error) {
		if (isEngineError(error, "not_found", "invalid")) return null;
		throw error;
	}
}

async function list(host: IncusHost, o: { usage?: boolean; signal?: AbortSignal }): Promise<InstanceView[]> {
	// State costs the engine several milliseconds per running instance (it enters each one's network): only when asked for.
	const path = `/1.0/instances?recursion=${o.usage ? 2 : 1}`;
	const [answer] = await Promise.all([
		host.api.request({ method: "GET", path, signal: o.signal }).catch((error: unknown) => {
			if (!isEngineError(error, "not_found", "invalid")) throw error;
			throw new EngineError(
				"unavailable",
				`The engine does not list our instances: ${(error as Error).message}`,
				error,
			);
		}),
		requireProject(host, o.signal),
	]);
	return parseInstances(answer)
		.filter((i) => i.config[labelKeys.install] === host.installId && i.config[labelKeys.devbox])
		.map((instance) => instanceView(instance, { usage: o.usage ?? false, console: null }));
}

async function exec(host: IncusHost, o: Parameters<Engine["exec"]>[0]): ReturnType<Engine["exec"]> {
	try {
		return await openExec(host.api, o);
	} catch (error) {
		if (isEngineError(error, "not_found")) await requireInstance(host, o);
		throw error;
	}
}
