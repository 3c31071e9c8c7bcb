/** The install's own bridge and its access list, in the engine's default project: a project's own managed bridges need OVN. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { AppError } from "../../lib/domain/errors.ts";
import { filterOuterAddress, inFence } from "../../lib/domain/fence.ts";
import { parseRange4, type Range4 } from "../../lib/domain/range4.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import { egressRules } from "./access-list.ts";
import { internalRanges, privateResolvers, saidInternalRanges } from "./filter-variables.ts";
import { hostAddresses } from "./host-addresses.ts";
import { type HostStage, hostNames, installLabel } from "./host-names.ts";
import { pickSubnet } from "./pick-subnet.ts";
import { type RootApi, readEngine, readIfThere } from "./root-api.ts";
import { removeStaleBridge } from "./stale-bridge.ts";

export type BoxNetwork = {
	bridge: string;
	/** The bridge's own address: the boxes' gateway and name server. */
	address: string;
};

export const networkSchema = z.object({
	name: z.string(),
	type: z.string(),
	managed: z.boolean(),
	status: z.string().optional(),
	config: z.record(z.string(), z.string()),
});
const aclRuleSchema = z.object({
	action: z.string(),
	source: z.string().optional(),
	destination: z.string().optional(),
});
const aclSchema = z.object({ name: z.string(), egress: z.array(aclRuleSchema), ingress: z.array(aclRuleSchema) });

/** Find-or-create, and brings the access list up to date with this host's addresses. */
export async function ensureNetwork(o: HostStage & { root: RootApi }): Promise<BoxNetwork> {
	const names = hostNames(o.installId);
	const path = `/1.0/networks/${names.bridge}`;
	const found = await readIfThere(o.root.global, { path, schema: networkSchema, signal: o.signal });
	if (found && !found.managed) {
		throw new AppError({
			code: "conflict",
			message: `An interface named ${names.bridge} exists on this machine and is not the engine's. Remove it: ip link delete ${names.bridge}`,
		});
	}
	const address = addressOf(found?.config["ipv4.address"]) ?? (await freeAddress(o));
	await ensureAcl({ ...o, address });
	const config = bridgeConfig(o.installId, address);
	if (!found) {
		await removeStaleBridge({ bridge: names.bridge, signal: o.signal });
		o.progress(`making the bridge ${names.bridge} with ${address}/24`);
		await o.root.global.request({
			method: "POST",
			path: "/1.0/networks",
			json: { name: names.bridge, type: "bridge", description: `Devbox install ${o.installId}`, config },
			signal: o.signal,
		});
	} else if (Object.entries(config).some(([key, value]) => found.config[key] !== value)) {
		await o.root.global.request({ method: "PATCH", path, json: { config }, signal: o.signal });
	}
	return { bridge: names.bridge, address };
}

function bridgeConfig(installId: string, address: string): Record<string, string> {
	return {
		"ipv4.address": `${address}/24`,
		"ipv4.nat": "true",
		"ipv4.dhcp.expiry": "1h",
		// The egress filter's own address is never a box's.
		"ipv4.dhcp.ranges": `${inFence(address, 2)}-${inFence(address, 253)}`,
		"ipv6.address": "none",
		// Boxes must not find each other by name: neither the engine's names nor those that a box asks DHCP to register.
		"dns.mode": "none",
		"raw.dnsmasq": "dhcp-ignore-names\nno-hosts",
		"security.acls": hostNames(installId).acl,
		[installLabel]: installId,
	};
}

async function ensureAcl(o: HostStage & { root: RootApi; address: string }): Promise<void> {
	const { acl } = hostNames(o.installId);
	const egress = egressRules({
		filterAddress: filterOuterAddress(o.address),
		filterOnly: [...new Set([...internalRanges([`${inFence(o.address, 0)}/24`]), ...privateResolvers()])],
		hostAddresses: hostAddresses(),
	});
	// The host itself may open connections to boxes (doctor, benchmarks); what others forward to them is dropped by the firewall.
	const ingress = [{ action: "allow", state: "enabled", source: o.address }];
	const path = `/1.0/network-acls/${acl}`;
	const found = await readIfThere(o.root.global, { path, schema: aclSchema, signal: o.signal });
	if (found && isSame(found.egress, egress) && isSame(found.ingress, ingress)) return;
	const body = {
		description: `What boxes of devbox install ${o.installId} may reach`,
		egress,
		ingress,
		config: { [installLabel]: o.installId },
	};
	await o.root.global.request(
		found
			? { method: "PUT", path, json: body, signal: o.signal }
			: { method: "POST", path: "/1.0/network-acls", json: { name: acl, ...body }, signal: o.signal },
	);
}

type AclRule = z.infer<typeof aclRuleSchema>;

function isSame(a: readonly AclRule[], b: readonly AclRule[]): boolean {
	const keys = (rules: readonly AclRule[]) =>
		rules.map((rule) => [rule.action, rule.source, rule.destination].join(" ")).sort();
	return keys(a).join() === keys(b).join();
}

/** Looks at routes, addresses, other managed networks and the host's name servers, and takes the first free private /24. */
export async function freeAddress(o: HostStage & { root: RootApi }): Promise<string> {
	const { stdout } = await runCommand({ command: ["ip", "-4", "route", "show", "table", "all"], signal: o.signal });
	const routes = stdout.split("\n").map(
		(line) =>
			line
				.trim()
				.replace(/^(broadcast|local|unreachable|blackhole)\s+/, "")
				.split(/\s+/)[0] ?? "",
	);
	const networks = await readEngine(o.root.global, {
		path: "/1.0/networks?recursion=1",
		schema: z.array(networkSchema),
		signal: o.signal,
	});
	const managed = networks.flatMap((network) => network.config["ipv4.address"] ?? []);
	const resolvers = (await readFile("/etc/resolv.conf", "utf8").catch(ifMissing)).match(/^nameserver\s+(\S+)/gm) ?? [];
	const taken = [...routes, ...managed, ...saidInternalRanges(), ...resolvers.map((line) => line.split(/\s+/)[1] ?? "")]
		.map(parseRange4)
		.filter((range): range is Range4 => range !== null);
	const prefix = pickSubnet(o.installId, taken);
	if (prefix) return `${prefix}.1`;
	throw new AppError({
		code: "unavailable",
		message:
			"Every private /24 overlaps a route of this machine, so there is no subnet left for boxes. Free one and start again.",
	});
}

export function addressOf(config: string | undefined): string | null {
	return /^(\d+\.\d+\.\d+\.\d+)\/24$/.exec(config ?? "")?.[1] ?? null;
}

function ifMissing(error: NodeJS.ErrnoException): string {
	if (error.code === "ENOENT") return "";
	throw error;
}
