/**
 * Takes away what the set-up made for one install, found by its names alone, in an order in which nothing is in use any more.
 * Works on a set-up that stopped half-way, and again after a removal that did. Kernel limits stay: others may rely on them.
 */
import { z } from "zod";
import { AppError } from "../../lib/domain/errors.ts";
import { EngineError } from "../../lib/engines/engine.ts";
import type { IncusApi } from "../../lib/engines/incus/incus-api.ts";
import { trustedCertificates } from "./client-certificate.ts";
import { findEngine } from "./find-engine.ts";
import { removeFirewall } from "./firewall.ts";
import { type HostStage, hostNames, installLabel } from "./host-names.ts";
import { releaseHttpsEndpoint } from "./https-endpoint.ts";
import { readProjects } from "./project.ts";
import { openRootApi, type RootApi, readEngine, readIfThere } from "./root-api.ts";
import { removeStaleBridge } from "./stale-bridge.ts";

type RemoveStage = HostStage & { root: RootApi };

const instancesSchema = z.array(z.object({ name: z.string(), status: z.string() }));
const imagesSchema = z.array(z.object({ fingerprint: z.string() }));
const labelledSchema = z.object({ config: z.record(z.string(), z.string()).nullish() });
const usersSchema = z.object({ used_by: z.array(z.string()).nullish() });
const deleteTimeoutMs = 120_000;
const deletesAtOnce = 4;

/** Answers what stayed on purpose, in words for a person. */
export async function removeHost(o: HostStage): Promise<string[]> {
	const names = hostNames(o.installId);
	const engine = await findEngine(o);
	if (engine?.problem) {
		throw new AppError({
			code: "unavailable",
			message: `${engine.problem} Start the engine (npm start does) so that what is on it can be removed, then run this again.`,
		});
	}
	if (engine) {
		const root = openRootApi(engine.socketPath);
		try {
			await removeFromEngine({ ...o, root });
		} finally {
			root.close();
		}
	}
	o.progress("removing the firewall rules");
	await removeStaleBridge({ bridge: names.bridge, signal: o.signal });
	await removeStaleBridge({ bridge: names.fence, signal: o.signal });
	await removeFirewall(o);
	return [
		"Kernel limits (sysctl) stay as they are until the next reboot: other programs may rely on them by now.",
		...(engine
			? [`The engine (${engine.server}) and its packages stay: apt-get remove ${engine.server} takes them away.`]
			: []),
	];
}

async function removeFromEngine(o: RemoveStage): Promise<void> {
	const names = hostNames(o.installId);
	const project = (await readProjects(o)).find((other) => other.name === names.project);
	if (project) {
		if (project.config[installLabel] !== o.installId) throw notOurs("project", names.project);
		const api = o.root.inProject(names.project);
		await removeInstances(o, api);
		await removeImages(o, api);
		await removeVolumes(o, api);
		for (const certificate of await trustedCertificates(o)) {
			await remove(o.root.global, `/1.0/certificates/${certificate.fingerprint}`, o);
		}
		await releaseHttpsEndpoint(o);
		o.progress(`removing the project ${names.project}`);
		await remove(api, `/1.0/profiles/${names.profile}`, o);
		await remove(o.root.global, `/1.0/projects/${names.project}`, o);
	}
	for (const certificate of await trustedCertificates(o)) {
		await remove(o.root.global, `/1.0/certificates/${certificate.fingerprint}`, o);
	}
	o.progress("removing the network and the storage pool");
	await removeLabelled(o, `/1.0/networks/${names.bridge}`);
	await removeLabelled(o, `/1.0/networks/${names.fence}`);
	await removeLabelled(o, `/1.0/network-acls/${names.acl}`);
	await removeLabelled(o, `/1.0/storage-pools/${names.pool}`);
}

async function removeInstances(o: RemoveStage, api: IncusApi): Promise<void> {
	const instances = await readEngine(api, {
		path: "/1.0/instances?recursion=1",
		schema: instancesSchema,
		signal: o.signal,
	});
	const waiting = [...instances];
	const worker = async () => {
		for (let next = waiting.pop(); next; next = waiting.pop()) {
			o.progress(`removing ${next.name}, ${waiting.length} more`);
			await removeInstance(o, api, next);
		}
	};
	await Promise.all(Array.from({ length: deletesAtOnce }, worker));
}

async function removeInstance(
	o: RemoveStage,
	api: IncusApi,
	instance: { name: string; status: string },
): Promise<void> {
	const path = `/1.0/instances/${instance.name}`;
	if (instance.status !== "Stopped") {
		const json = { action: "stop", force: true, timeout: 30 };
		await run(api, { method: "PUT", path: `${path}/state`, json }, o).catch((error: unknown) => {
			// It ended by itself between the list and this.
			if (!(error instanceof EngineError) || !/already stopped|not running/i.test(error.message)) throw error;
		});
	}
	await run(api, { method: "DELETE", path }, o);
}

async function removeImages(o: RemoveStage, api: IncusApi): Promise<void> {
	for (const image of await readEngine(api, {
		path: "/1.0/images?recursion=1",
		schema: imagesSchema,
		signal: o.signal,
	})) {
		o.progress("removing images");
		await run(api, { method: "DELETE", path: `/1.0/images/${image.fingerprint}` }, o);
	}
}

/** Volumes of its own that someone made in our project on our pool. */
async function removeVolumes(o: RemoveStage, api: IncusApi): Promise<void> {
	const { pool } = hostNames(o.installId);
	const path = `/1.0/storage-pools/${pool}/volumes/custom`;
	const volumes = await readIfThere(api, {
		path: `${path}?recursion=1`,
		schema: z.array(z.object({ name: z.string() })),
		signal: o.signal,
	});
	for (const volume of volumes ?? []) await remove(api, `${path}/${encodeURIComponent(volume.name)}`, o);
}

/** Deletes a thing of the default project, once its label says that this install made it. */
async function removeLabelled(o: RemoveStage, path: string): Promise<void> {
	const found = await readIfThere(o.root.global, {
		path,
		schema: labelledSchema.extend(usersSchema.shape),
		signal: o.signal,
	});
	if (!found) return;
	if (found.config?.[installLabel] !== o.installId) throw notOurs("thing", path);
	await remove(o.root.global, path, o);
}

async function remove(api: IncusApi, path: string, o: RemoveStage): Promise<void> {
	await api.request({ method: "DELETE", path, signal: o.signal, timeoutMs: deleteTimeoutMs }).catch(ifGone);
}

async function run(
	api: IncusApi,
	request: { method: "PUT" | "DELETE"; path: string; json?: unknown },
	o: RemoveStage,
): Promise<void> {
	await api.run({ ...request, signal: o.signal, timeoutMs: deleteTimeoutMs }).then(() => undefined, ifGone);
}

function ifGone(error: unknown): void {
	if (!(error instanceof EngineError) || error.code !== "not_found") throw error;
}

function notOurs(kind: string, name: string): AppError {
	return new AppError({
		code: "conflict",
		message: `The ${kind} ${name} on the engine carries this install's name but not its label, so it was left alone. Look at it, and remove it by hand if it is a leftover.`,
	});
}
