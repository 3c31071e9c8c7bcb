/**
 * Our own nftables table, beside what the engine makes of the access list. It closes what a list cannot name: every address that
 * this host has or gets, before any port forwarding of the host applies. It also opens the way out where another program (Docker,
 * ufw) drops what is forwarded. Applied whole at every start, by replacement.
 */

import { deniedRanges4 } from "../../lib/domain/denied-ranges.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { fencePlaces, filterOuterAddress, inFence } from "../../lib/domain/fence.ts";
import { runCommand } from "../../lib/process/run-command.ts";
import type { Fence } from "./fence.ts";
import { type HostStage, hostNames } from "./host-names.ts";
import type { BoxNetwork } from "./network.ts";

export type FirewallInput = {
	network: BoxNetwork;
	fence: Fence;
	/** Private addresses that the egress filter alone may reach: ranges of internal services, and name servers. */
	filter: { ranges: readonly string[]; resolvers: readonly string[] };
};
type FirewallStage = Pick<HostStage, "installId" | "signal">;

/** Puts the rules in place of those that are there, in one transaction. Answers what a person should know. Needs root. */
export async function applyFirewall(o: HostStage & FirewallInput): Promise<string[]> {
	if (!isRoot()) {
		return [
			"Without root only the engine's access list closes this host to its boxes: an address that the host gets later is open until the next start. Start as root (sudo npm start) to close every address for good.",
		];
	}
	o.progress("closing the host to boxes");
	const { firewallTable, filterPort } = hostNames(o.installId);
	await applyPortRules(portRules(firewallTable, { ...o, filterPort }), o);
	await runCommand({ command: ["nft", "-f", "-"], input: firewallRules(firewallTable, o), signal: o.signal });
	for (const rule of hostRules(o.installId)) await ensureIptablesRule(rule, o.signal);
	return firewalldWarnings(o);
}

/** @throws AppError when nft fails for another reason than that there is no such table. */
export async function removeFirewall(o: FirewallStage): Promise<void> {
	if (!isRoot()) return;
	const names = hostNames(o.installId);
	const { firewallTable } = names;
	// Naming it first makes the deletion succeed where it is gone already.
	const input = `table inet ${firewallTable}\ndelete table inet ${firewallTable}\n`;
	await runCommand({ command: ["nft", "-f", "-"], input, signal: o.signal });
	await removePortRules(o);
	for (const rule of hostRules(o.installId)) await removeIptablesRule(rule, o.signal);
}

/** Before anything is opened to the filter's address. */
async function applyPortRules(rules: string, o: FirewallStage): Promise<void> {
	if (rules === "") return removePortRules(o);
	const { code, stderr } = await runCommand({
		command: ["nft", "-f", "-"],
		input: rules,
		signal: o.signal,
		allowedCodes: [1],
	});
	if (code === 0) return;
	throw new AppError({
		code: "not_supported",
		message: `The rules that keep devboxes from the egress filter's address were refused; nothing private can be opened without them. They need nftables' family "bridge" in the kernel (modprobe nf_tables_bridge, or a stock kernel). Until then start without DEVBOX_INTERNAL_RANGES and without private addresses in DEVBOX_EGRESS_RESOLVERS. nft said: ${stderr.trim().slice(0, 300)}`,
	});
}

/** Not every kernel has the family: there, there is no such table. */
async function removePortRules(o: FirewallStage): Promise<void> {
	const { firewallTable } = hostNames(o.installId);
	const input = `table bridge ${firewallTable}\ndelete table bridge ${firewallTable}\n`;
	await runCommand({ command: ["nft", "-f", "-"], input, signal: o.signal, allowedCodes: [1] });
}

function isRoot(): boolean {
	return process.getuid?.() === 0;
}

/** Packets to the DHCP server of one box. A start takes two, and keeping an address two in an hour. */
const leasesBounds = { perHour: 40, burst: 60 } as const;

/** As root: whether our table stands, and the bridge's where something is opened to the egress filter. */
export async function isFirewallApplied(o: FirewallStage & { opensToFilter?: boolean }): Promise<boolean> {
	const table = hostNames(o.installId).firewallTable;
	const looks = (o.opensToFilter ? ["inet", "bridge"] : ["inet"]).map((family) =>
		runCommand({ command: ["nft", "list", "table", family, table], signal: o.signal, allowedCodes: [1] }),
	);
	return (await Promise.all(looks)).every(({ code }) => code === 0);
}

export function firewallRules(table: string, o: FirewallInput): string {
	const { network } = o;
	const bridge = `"${network.bridge}"`;
	const fence = `"${o.fence.bridge}"`;
	return `table inet ${table}
delete table inet ${table}
table inet ${table} {
	set denied4 {
		type ipv4_addr
		flags interval
		elements = { ${deniedRanges4.join(", ")} }
	}
	# A box can ask for addresses in others' names: as many as this, and there are enough left for the others.
	set leasing {
		type ether_addr
		size 4096
		flags dynamic,timeout
		timeout 2h
	}
	set boxes {
		type ipv4_addr
		flags interval
		elements = { ${network.address.replace(/\.\d+$/, ".0")}/24 }
	}
	set fenced {
		type ipv4_addr
		flags interval
		elements = { ${inFence(o.fence.address, fencePlaces.first)}-${inFence(o.fence.address, fencePlaces.last)} }
	}
	# After connection tracking, before the host's port forwardings turn a local address into another.
	chain local {
		type filter hook prerouting priority mangle + 10; policy accept;
		iifname != ${bridge} accept
		udp dport 67 update @leasing { ether saddr limit rate over ${leasesBounds.perHour}/hour burst ${leasesBounds.burst} packets } drop
		ct state established,related accept
		ip daddr { 255.255.255.255, ${network.address} } udp sport 68 udp dport 67 accept
		ip daddr ${network.address} udp dport 53 accept
		ip daddr ${network.address} tcp dport 53 accept
		fib daddr type local reject with icmpx admin-prohibited
		fib daddr type { broadcast, anycast, multicast } drop
	}
	# What the fenced bridge hands up to this host: DHCP, and never anything else.
	chain fence {
		type filter hook input priority filter - 10; policy accept;
		iifname != ${fence} accept
		ip daddr { 255.255.255.255, ${o.fence.address} } udp sport 68 udp dport 67 accept
		drop
	}
	# Before the engine's own chains, whose "accept" would not be the last word anyway.
	chain forward {
		type filter hook forward priority filter - 10; policy accept;
		# Where the kernel shows bridged traffic to this table, boxes and their filter meet here. Box to box, by way of this host, is none of it.
		iifname ${fence} oifname ${fence} meta nfproto ipv6 drop
		iifname ${fence} oifname ${fence} ip saddr @fenced ip daddr @fenced drop
		iifname ${fence} oifname ${fence} accept
		iifname ${fence} drop
		oifname ${fence} drop
		iifname ${bridge} oifname ${bridge} drop
		ct state established,related accept
		oifname ${bridge} drop
		iifname != ${bridge} accept
		# What an egress filter that lost its own rules would pass on as it came, and what a box makes up.
		ip saddr != @boxes drop
		meta nfproto ipv6 reject with icmpx admin-prohibited${filterAccepts(o)}
		ip daddr @denied4 reject with icmpx admin-prohibited
	}
}
`;
}

/** What the egress filter alone may reach; which of it, and for whom, it knows itself. This host's own addresses were dropped before. */
function filterAccepts({ network, filter: { ranges, resolvers } }: FirewallInput): string {
	const from = `ip saddr ${filterOuterAddress(network.address)}`;
	const accept = (rule: string) => `\n\t\t${from} ${rule} accept`;
	return [
		...(ranges.length > 0 ? [accept(`ip daddr { ${ranges.join(", ")} } meta l4proto tcp`)] : []),
		...(resolvers.length > 0
			? [accept(`ip daddr { ${resolvers.join(", ")} } meta l4proto { tcp, udp } th dport 53`)]
			: []),
	].join("");
}

/**
 * The filter's address is worth having where it opens anything: on a bridge it is taken from no port but the filter's, whatever the
 * engine's own filtering does. Elsewhere there is no such table, since not every kernel has the family. Which bridge it is, not every
 * kernel can say either; the address is of a subnet that no other bridge of the host has.
 */
export function portRules(
	table: string,
	{ network, filter, filterPort }: FirewallInput & { filterPort: string },
): string {
	if (filter.ranges.length === 0 && filter.resolvers.length === 0) return "";
	const address = filterOuterAddress(network.address);
	return `table bridge ${table}
delete table bridge ${table}
table bridge ${table} {
	chain ports {
		type filter hook prerouting priority filter; policy accept;
		iifname "${filterPort}" accept
		ip saddr ${address} drop
		arp saddr ip ${address} drop
	}
}
`;
}

/**
 * Docker and ufw set the policy of iptables' FORWARD to drop, at any time after us; an accept in our own table cannot undo that.
 * These stand first in the built-in chains; what boxes must not reach was dropped before them.
 */
function wayOutRules(bridge: string, installId: string): string[][] {
	const mark = ["-m", "comment", "--comment", `devbox ${installId}`];
	return [
		["FORWARD", "-i", bridge, ...mark, "-j", "ACCEPT"],
		["FORWARD", "-o", bridge, "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", ...mark, "-j", "ACCEPT"],
		["INPUT", "-i", bridge, "-p", "udp", "-m", "multiport", "--dports", "53,67", ...mark, "-j", "ACCEPT"],
		["INPUT", "-i", bridge, "-p", "tcp", "--dport", "53", ...mark, "-j", "ACCEPT"],
	];
}

/** Where the host's own INPUT chain drops by default, boxes on the fence must get their addresses. */
function hostRules(installId: string): string[][] {
	const { bridge, fence } = hostNames(installId);
	const mark = ["-m", "comment", "--comment", `devbox ${installId}`];
	return [
		...wayOutRules(bridge, installId),
		["FORWARD", "-i", fence, "-o", fence, ...mark, "-j", "ACCEPT"],
		["INPUT", "-i", fence, "-p", "udp", "--dport", "67", ...mark, "-j", "ACCEPT"],
	];
}

async function ensureIptablesRule(rule: string[], signal: AbortSignal): Promise<void> {
	const { code } = await runCommand({ command: ["iptables", "-w", "10", "-C", ...rule], signal, allowedCodes: [1] });
	if (code !== 0) await runCommand({ command: ["iptables", "-w", "10", "-I", ...rule], signal });
}

async function removeIptablesRule(rule: string[], signal: AbortSignal): Promise<void> {
	for (let attempt = 0; attempt < 5; attempt += 1) {
		const { code } = await runCommand({
			command: ["iptables", "-w", "10", "-D", ...rule],
			signal,
			allowedCodes: [1, 2],
		});
		if (code !== 0) return;
	}
}

/** firewalld rejects what comes from a bridge in no zone; which zone it should be is the owner's decision. */
async function firewalldWarnings(o: FirewallStage & { network: BoxNetwork }): Promise<string[]> {
	const state = await runCommand({ command: ["firewall-cmd", "--state"], signal: o.signal, allowedCodes: [252] }).catch(
		(error: unknown) => {
			if (error instanceof AppError && error.message.includes("not installed")) return null;
			throw error;
		},
	);
	if (state?.code !== 0) return [];
	const zone = `--zone=trusted --add-interface=${o.network.bridge}`;
	return [
		`firewalld runs here and may drop what boxes send. Let the bridge through: firewall-cmd ${zone} && firewall-cmd --permanent ${zone}`,
	];
}
