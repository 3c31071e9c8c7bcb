/**
 * Makes this machine a host for boxes, in this order: an engine that answers, kernel limits, storage pool, network with access
 * list and firewall, restricted project with the boxes' profile, https endpoint and client certificate. Every stage finds what an
 * earlier start made, so it can be run again at any time and after being killed anywhere.
 */
import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import type { HostConnection } from "../../lib/engines/registry.ts";
import { ensureClientCertificate, trustClientCertificate } from "./client-certificate.ts";
import { ensureFence } from "./fence.ts";
import { internalRanges, privateResolvers } from "./filter-variables.ts";
import { applyFirewall, type FirewallInput } from "./firewall.ts";
import { type HostStage, hostNames } from "./host-names.ts";
import { ensureHttpsEndpoint } from "./https-endpoint.ts";
import { installEngine } from "./install-engine.ts";
import { type KernelLimit, kernelLimitCommand, raiseKernelLimits } from "./kernel-limits.ts";
import { ensureNetwork } from "./network.ts";
import { ensureProject } from "./project.ts";
import { openRootApi } from "./root-api.ts";
import { ensureStoragePool } from "./storage-pool.ts";

export type SetupHostOptions = HostStage & {
	/** `<data>/engine`: where certificate and key are kept. */
	engineDir: string;
	/** Id of the host row that the connections are for. */
	hostId: string;
	/** Wraps each part, for a progress line of its own with the time that it took. */
	stage?: RunHostStage;
	/** Upper bound of a new storage pool, GiB; tests keep theirs small. */
	poolGibMax?: number;
};

/** Runs `work` under a title; what it hands to `progress` is shown while the part runs. */
export type RunHostStage = <T>(title: string, work: (progress: (phrase: string) => void) => Promise<T>) => Promise<T>;

export type LocalHost = {
	/** For gateway and worker: https, with a certificate that reaches our project alone. */
	restricted: HostConnection;
	/** For `ops` alone (image import, removal): the root socket. */
	root: HostConnection;
	engineVersion: string;
	/** What the host's rules were made from. */
	firewall: FirewallInput;
	/** Kernel limits that could not be raised. */
	unmetLimits: KernelLimit[];
	/** What a person should read, each with what to do. */
	warnings: string[];
};

export async function setupHost(o: SetupHostOptions): Promise<LocalHost> {
	const stage: RunHostStage = o.stage ?? ((_title, work) => work(o.progress));
	const engine = await stage("Engine", (progress) => installEngine({ ...o, progress }));
	const unmetLimits = await stage("Kernel limits", (progress) => raiseKernelLimits({ ...o, progress }));
	const root = openRootApi(engine.socketPath);
	try {
		await stage("Storage pool", (progress) => ensureStoragePool({ ...o, progress, root, stateDir: engine.stateDir }));
		const { warnings, firewall } = await stage("Network", async (progress) => {
			const network = await ensureNetwork({ ...o, progress, root });
			const fence = await ensureFence({ ...o, progress, root });
			const filter = { ranges: internalRanges([]), resolvers: privateResolvers() };
			const firewall = { network, fence, filter };
			return { firewall, warnings: await applyFirewall({ ...o, progress, ...firewall }) };
		});
		const { endpoint, serverCertificate, certificatePem, keyPem } = await stage("Project", async (progress) => {
			await ensureProject({ ...o, progress, root });
			const https = await ensureHttpsEndpoint({ ...o, root });
			const client = await ensureClientCertificate({ ...o, progress });
			await trustClientCertificate({ ...o, progress, root, certificatePem: client.certificatePem });
			return { ...https, ...client };
		});
		await keepServerCertificate(o.engineDir, serverCertificate);

		const names = hostNames(o.installId);
		const common = {
			engine: "incus",
			id: o.hostId,
			installId: o.installId,
			project: names.project,
			profile: names.profile,
			pool: names.pool,
		} as const;
		return {
			restricted: { ...common, endpoint, tls: { certificate: certificatePem, key: keyPem, serverCertificate } },
			root: { ...common, endpoint: `unix://${engine.socketPath}` },
			engineVersion: engine.version ?? "unknown",
			firewall,
			unmetLimits,
			warnings: unmetLimits.length > 0 ? [...warnings, unmetWarning(unmetLimits)] : warnings,
		};
	} finally {
		root.close();
	}
}

function unmetWarning(limits: KernelLimit[]): string {
	const names = limits.map((limit) => limit.name).join(", ");
	return `Kernel limits stayed too low (${names}), so fewer boxes fit. Raise them: ${kernelLimitCommand(limits)}`;
}

async function keepServerCertificate(engineDir: string, pem: string): Promise<void> {
	const file = path.join(engineDir, "server.crt");
	await writeFile(file, pem, { mode: 0o644 });
	await chmod(file, 0o644);
}
