/** Engine, pool, network, firewall, id maps; and the way of gateway and worker to it. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Engine, EngineError } from "../../lib/engines/engine.ts";
import { type HostConnection, openEngine } from "../../lib/engines/registry.ts";
import { findEngine } from "../host/find-engine.ts";
import { isFirewallApplied } from "../host/firewall.ts";
import { hostNames } from "../host/host-names.ts";
import { mapsIdsOnMount } from "../host/id-isolation.ts";
import { lxcfsProblem } from "../host/lxcfs.ts";
import { openRootApi } from "../host/root-api.ts";
import { dataFolder } from "../install/data-folders.ts";
import type { Install } from "../install/install.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

const probeTimeoutMs = 15_000;
const poolWarnShare = 0.85;

export type EngineLook = { findings: Finding[]; root: HostConnection | null };

export async function checkEngine(install: Install | null): Promise<EngineLook> {
	const found = await findEngine({ signal: AbortSignal.timeout(probeTimeoutMs) });
	if (!found)
		return {
			findings: [fail("engine", "neither Incus nor LXD is here", "npm start installs one and starts it")],
			root: null,
		};
	if (found.problem) return { findings: [fail("engine", found.problem, startAdvice(found.server))], root: null };
	const findings = [ok("engine", `${found.server} ${found.version ?? ""} at ${found.socketPath}`)];
	if (!install) return { findings, root: null };
	const names = hostNames(install.installId);
	const root: HostConnection = {
		id: "host_doctor",
		engine: "incus",
		endpoint: `unix://${found.socketPath}`,
		installId: install.installId,
		project: names.project,
		profile: names.profile,
		pool: names.pool,
	};
	return { findings: [...findings, ...(await checkPool(openEngine(root)))], root };
}

function startAdvice(server: string): string {
	return `npm start starts it; by hand: systemctl restart ${server}`;
}

async function checkPool(engine: Engine): Promise<Finding[]> {
	try {
		const probe = await engine.probe({ signal: AbortSignal.timeout(probeTimeoutMs) });
		const used = `${probe.poolUsedGib.toFixed(1)} of ${probe.poolTotalGib.toFixed(0)} GiB used`;
		const { copyOnWrite, diskLimits } = engine.capabilities;
		if (!copyOnWrite)
			return [
				fail("storage pool", `copies whole machines, ${used}`, "npm run uninstall, then npm start makes a btrfs pool"),
			];
		const isFull = probe.poolUsedGib / probe.poolTotalGib > poolWarnShare;
		return [
			isFull
				? warn(
						"storage pool",
						`copy-on-write, ${used}`,
						"Creates are refused when it is full: destroy boxes that nobody needs",
					)
				: ok("storage pool", `copy-on-write, ${used}`),
			diskLimits
				? ok("disk limits", "hold, against subvolumes as well")
				: fail("disk limits", "a box can write past its limit", "npm start puts the filter back into the profile"),
			ok("capacity", `${probe.instancesMax} boxes, ${probe.vcpus} vCPUs, ${probe.memoryTotalMib} MiB`),
		];
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		return [fail("storage pool", error.message, "npm start makes what is missing")];
	}
}

/** A box that sees the host's memory as its own sizes its programs for a machine that it does not have. */
export async function checkLxcfs(): Promise<Finding[]> {
	const problem = await lxcfsProblem();
	if (!problem) return [ok("lxcfs", "boxes see their own memory and processors")];
	const mend = "npm start starts it again; boxes that run already see theirs again after a stop and a start";
	return [fail("lxcfs", `boxes see the host's memory: ${problem}`, mend)];
}

export async function checkIdMaps(install: Install, root: HostConnection): Promise<Finding[]> {
	const api = openRootApi(root.endpoint.replace(/^unix:\/\//, ""));
	try {
		const isFree = await mapsIdsOnMount({
			installId: install.installId,
			signal: AbortSignal.timeout(probeTimeoutMs),
			root: api,
		});
		if (isFree === null)
			return [warn("id maps", "no box has started yet that could show it", "npm start makes the first image")];
		const mode = isFree
			? "each box has user ids of its own (idmapped mounts)"
			: "all boxes share one range of user ids: this engine and kernel cannot map on mount";
		return [ok("id maps", mode)];
	} finally {
		api.close();
	}
}

export async function checkFirewall(install: Install, root: HostConnection | null): Promise<Finding[]> {
	if (!install.isRoot) return [];
	const signal = AbortSignal.timeout(probeTimeoutMs);
	const ranges = root ? (await openEngine(root).probe({ signal })).internalRanges : [];
	const { installId } = install;
	if (await isFirewallApplied({ installId, signal, opensToFilter: ranges.length > 0 })) {
		const opened = ranges.length > 0 ? `; the egress filter alone reaches ${ranges.join(", ")}` : "";
		return [ok("firewall", `boxes are kept from this host's addresses${opened}`)];
	}
	return [fail("firewall", "the rules that keep boxes from this host are gone", "npm start puts them back")];
}

/** As gateway and worker reach it: https, with the certificate that is restricted to the project. */
export async function checkRestrictedAccess(install: Install, host: HostConnection | null): Promise<Finding[]> {
	if (!host) return [warn("engine access", "no host is registered", "npm start registers this machine")];
	const folder = dataFolder(install, "engine");
	const [certificate, key] = await Promise.all(
		["client.crt", "client.key"].map((name) => readFile(path.join(folder, name), "utf8")),
	);
	const serverCertificate = host.tls?.serverCertificate ?? "";
	const engine = openEngine({ ...host, tls: { certificate: certificate ?? "", key: key ?? "", serverCertificate } });
	const boxes = await engine.list({ signal: AbortSignal.timeout(probeTimeoutMs) });
	const running = boxes.filter((box) => box.status === "running").length;
	return [
		ok("engine access", `${host.endpoint} with the restricted certificate; ${boxes.length} boxes, ${running} running`),
	];
}
