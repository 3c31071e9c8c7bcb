/**
 * Create: a copy of a sealed image, a snapshot or another box, with labels and limits of its own. A copy shares its source's
 * blocks and has been shifted to its user ids already, so it starts four times as fast as a fresh instance of an image.
 */
import { Readable } from "node:stream";
import { type Engine, EngineError, type InstanceRef, type InstanceSource } from "../engine.ts";
import { networkDevices } from "./fenced-nic.ts";
import { InstanceBusyError, isEngineError } from "./incus-errors.ts";
import {
	findInstance,
	type IncusHost,
	instancePath,
	labelsOf,
	pause,
	requireInstance,
	setConfig,
	waitForTasks,
} from "./incus-host.ts";
import { cpuAllowance, type IncusInstance, labelKeys } from "./instance-view.ts";
import { sealedInstanceName } from "./sealed-image.ts";
import { whileStill } from "./snapshot-instance.ts";

type CreateInput = Parameters<Engine["create"]>[0];

const createTimeoutMs = 120_000;
const retryMs = 50;

export async function createInstance(host: IncusHost, o: CreateInput): Promise<void> {
	const endsAt = Date.now() + createTimeoutMs;
	while (Date.now() < endsAt) {
		if (await tryCopy(host, o)) {
			if (o.source.kind !== "image") await renewIdentity(host, o);
			return;
		}
		// Another worker's copy, or that of one that was killed, runs on the engine: until it ends the name says nothing.
		await waitForTasks(host, { ...o, timeoutMs: createTimeoutMs });
		const existing = await findInstance(host, o);
		if (existing) {
			requireSameLabels(existing, o);
			if (existing.config[labelKeys.renewal]) await renewIdentity(host, o);
			return;
		}
		// That copy failed and was rolled back: the name is free again.
		await pause(retryMs, o);
	}
	throw new EngineError("timeout", `The name ${o.name} was neither free nor taken for ${createTimeoutMs} ms`);
}

function requireSameLabels(existing: IncusInstance, o: CreateInput): void {
	const labels = labelsOf(existing);
	if (labels.installId === o.labels.installId && labels.devboxId === o.labels.devboxId) return;
	throw new EngineError("conflict", `An instance ${o.name} that is not this box exists on the host`);
}

/** False when the name is taken. */
async function tryCopy(host: IncusHost, o: CreateInput): Promise<boolean> {
	const [source, nics] = await Promise.all([
		sourceOf(host, o.source, o.signal),
		networkDevices(host, { network: o.network ?? { kind: "open" }, signal: o.signal }),
	]);
	const copy = (): Promise<unknown> =>
		host.api.run({
			method: "POST",
			path: "/1.0/instances",
			json: {
				name: o.name,
				// Without a profile in the request a copy has no root disk and no network.
				profiles: [host.profile],
				source: { type: "copy", source, instance_only: true },
				config: configOf(o),
				devices: { root: { type: "disk", path: "/", pool: host.pool, size: `${o.limits.diskGib}GiB` }, ...nics },
			},
			timeoutMs: createTimeoutMs,
			signal: o.signal,
		});
	try {
		if (o.source.kind === "instance") await whileStill(host, { name: source, signal: o.signal }, copy);
		else await copy();
		return true;
	} catch (error) {
		if (error instanceof InstanceBusyError || isEngineError(error, "conflict") || (await isTaken(host, o, error)))
			return false;
		throw error;
	}
}

/** The engine words a taken name in several ways; what counts is whether the name is there. */
async function isTaken(host: IncusHost, o: CreateInput, error: unknown): Promise<boolean> {
	return isEngineError(error, "invalid", "not_found") && (await findInstance(host, o)) !== null;
}

function configOf(o: CreateInput): Record<string, string> {
	return {
		[labelKeys.install]: o.labels.installId,
		[labelKeys.devbox]: o.labels.devboxId,
		// A copy takes over what is not said here: it is a box, not an image.
		[labelKeys.image]: "",
		[labelKeys.source]: o.source.kind === "image" ? o.source.image : "",
		[labelKeys.renewal]: o.source.kind === "image" ? "" : "pending",
		// What the box sees as its processors, and the hard cap of their time: the first alone is void on a host with fewer.
		"limits.cpu": String(Math.max(1, Math.ceil(o.limits.vcpus))),
		"limits.cpu.allowance": cpuAllowance(o.limits.vcpus),
		"limits.memory": `${o.limits.memoryMib}MiB`,
		// After a reboot of the host it is the worker, not the engine, that decides which boxes come back.
		"boot.autostart": "false",
	};
}

async function sourceOf(host: IncusHost, source: InstanceSource, signal: AbortSignal | undefined): Promise<string> {
	if (source.kind === "instance") return (await requireInstance(host, { name: source.instance, signal })).name;
	if (source.kind === "snapshot") {
		const path = instancePath(source.instance, `/snapshots/${encodeURIComponent(source.snapshot)}`);
		await host.api.request({ method: "GET", path, signal });
		return `${source.instance}/${source.snapshot}`;
	}
	const name = sealedInstanceName(source.image);
	const sealed = await findInstance(host, { name, signal });
	if (sealed?.config[labelKeys.image] === source.image) return name;
	throw new EngineError("not_found", `The image ${source.image} is not on this host`);
}

/**
 * A copy of a box shares its machine id and its host keys. They are renewed before its first start: the id empty (a missing one
 * would run the first-boot presets), the keys gone, so that the image's own boot makes new ones. The mark goes last: a killed
 * worker's successor does it again.
 */
async function renewIdentity(host: IncusHost, o: InstanceRef): Promise<void> {
	await writeFile(host, { ...o, path: "/etc/machine-id", content: "" });
	for (const kind of ["ed25519", "rsa", "ecdsa"]) {
		for (const suffix of ["", ".pub"]) await deleteFile(host, { ...o, path: `/etc/ssh/ssh_host_${kind}_key${suffix}` });
	}
	await setConfig(host, { ...o, config: { [labelKeys.renewal]: "" } });
}

async function writeFile(host: IncusHost, o: InstanceRef & { path: string; content: string }): Promise<void> {
	const content = Buffer.from(o.content);
	const owner = { uid: "0", gid: "0", mode: "0444", type: "file", write: "overwrite" };
	// Incus and LXD read the same headers under their own prefix.
	const headers = Object.fromEntries(
		Object.entries(owner).flatMap(([key, value]) => [
			[`X-LXD-${key}`, value],
			[`X-Incus-${key}`, value],
		]),
	);
	await host.api.request({
		method: "POST",
		path: instancePath(o.name, `/files?path=${encodeURIComponent(o.path)}`),
		body: { stream: () => Readable.from([content]), length: content.length, headers },
		signal: o.signal,
	});
}

async function deleteFile(host: IncusHost, o: InstanceRef & { path: string }): Promise<void> {
	try {
		const path = instancePath(o.name, `/files?path=${encodeURIComponent(o.path)}`);
		await host.api.request({ method: "DELETE", path, signal: o.signal });
	} catch (error) {
		if (!isEngineError(error, "not_found")) throw error;
	}
}
