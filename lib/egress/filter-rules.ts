/** The filter's nftables: who is led where, and what one box may take of what all share. Pure. */
import { auditNetwork } from "../domain/audit-network.ts";
import { deniedRanges4 } from "../domain/denied-ranges.ts";
import type { FilterPolicy, FilterState } from "../domain/filter-state.ts";
import { filterFolder, proxyPorts } from "./filter-places.ts";

/**
 * What one box may hold open at a time and begin, and ask of the resolver: all boxes of a host share one proxy with 4,000 places, one
 * resolver with 256 for TCP, and one journal.
 */
const boxBounds = {
	connections: 512,
	questionsOverTcp: 8,
	openingsPerSecond: 500,
	openingsBurst: 2000,
	questionsPerSecond: 500,
	questionsBurst: 1000,
} as const;

/**
 * Who is led at all, who is observed, and where internal services are: brought in by itself, since the rules with it would forget what each
 * box holds open.
 */
export function nftBoxes(state: FilterState): string {
	const set = (name: string, list: readonly string[]) => {
		const added = list.length > 0 ? `add element inet egress ${name} { ${list.join(", ")} }\n` : "";
		return `flush set inet egress ${name}\n${added}`;
	};
	const boxesOn = (mode: (policy: FilterPolicy) => boolean) => {
		const ids = new Set(state.policies.filter(mode).map((policy) => policy.id));
		return state.boxes.filter((box) => ids.has(box.policyId)).map((box) => box.address);
	};
	const services = new Set(state.policies.flatMap((policy) => policy.services));
	return [
		set(
			"boxes",
			boxesOn(() => true),
		),
		set(
			"observed",
			boxesOn((policy) => policy.mode === "observe"),
		),
		set(
			"services",
			[...services].map((service) => service.replace(":", " . ")),
		),
	].join("");
}

export function nftRules(state: FilterState): string {
	const resolvers = state.resolvers.join(", ");
	return `table inet egress
delete table inet egress
table inet egress {
	set boxes {
		type ipv4_addr
	}
	set observed {
		type ipv4_addr
	}
	set denied4 {
		type ipv4_addr
		flags interval
		elements = { ${deniedRanges4.join(", ")} }
	}
	set services {
		type ipv4_addr . inet_service
	}
	set held {
		type ipv4_addr
		size 65536
		flags dynamic
	}
	set held_by_questions {
		type ipv4_addr
		size 65536
		flags dynamic
	}
	set opening {
		type ipv4_addr
		size 65536
		flags dynamic,timeout
		timeout 1m
	}
	set asking {
		type ipv4_addr
		size 65536
		flags dynamic,timeout
		timeout 1m
	}
	chain led {
		type nat hook prerouting priority dstnat; policy accept;
		iifname != "fence" accept
		ip saddr != @boxes accept
		udp dport 53 redirect to :53
		tcp dport 53 redirect to :53
		tcp dport 80 redirect to :${proxyPorts.http}
		tcp dport 443 redirect to :${proxyPorts.tls}
		meta l4proto tcp redirect to :${proxyPorts.any}
	}
	chain in {
		type filter hook input priority filter; policy drop;
		iifname "lo" accept
		iifname { "eth0", "${auditNetwork.link}" } ct state established,related accept
		iifname "eth0" udp sport 67 udp dport 68 accept
		iifname != "fence" drop
		ip saddr != @boxes reject with icmpx admin-prohibited
		tcp dport { ${Object.values(proxyPorts).join(", ")} } ct state new update @opening { ip saddr limit rate over ${boxBounds.openingsPerSecond}/second burst ${boxBounds.openingsBurst} packets } reject with tcp reset
		tcp dport { ${Object.values(proxyPorts).join(", ")} } ct state new add @held { ip saddr ct count over ${boxBounds.connections} } reject with tcp reset
		tcp dport 53 ct state new add @held_by_questions { ip saddr ct count over ${boxBounds.questionsOverTcp} } reject with tcp reset
		udp dport 53 update @asking { ip saddr limit rate over ${boxBounds.questionsPerSecond}/second burst ${boxBounds.questionsBurst} packets } drop
		meta l4proto { tcp, udp } th dport 53 accept
		tcp dport { ${Object.values(proxyPorts).join(", ")} } accept
		meta l4proto tcp reject with tcp reset
		reject with icmpx admin-prohibited
	}
	chain through {
		type filter hook forward priority filter; policy drop;
		# Answers to whom UDP and ICMP are let through; to whom they no longer are, nobody outside goes on sending.
		iifname { "eth0", "${auditNetwork.link}" } oifname "fence" ip daddr @observed ct state established,related accept
		iifname != "fence" drop
		oifname "eth0" ip daddr ${auditNetwork.range} reject with icmpx admin-prohibited
		meta nfproto ipv6 drop
		ip daddr @denied4 reject with icmpx admin-prohibited
		ip saddr @observed meta l4proto { udp, icmp } accept
		reject with icmpx admin-prohibited
	}
	# Above the proxy's own check of what it dials.
	chain out {
		type filter hook output priority filter; policy accept;
		oifname "lo" accept
		oifname "fence" ct direction reply accept
		meta nfproto ipv6 drop
		ct state established,related accept
		oifname "eth0" ip daddr ${auditNetwork.range} reject with icmpx admin-prohibited
		udp dport 67 accept
		ip daddr { ${resolvers} } meta l4proto { tcp, udp } th dport 53 accept
		ip daddr . tcp dport @services accept
		ip daddr @denied4 reject with icmpx admin-prohibited
	}
	chain masked {
		type nat hook postrouting priority srcnat; policy accept;
		iifname "fence" oifname "eth0" masquerade
	}
}
include "${filterFolder}/boxes.nft"
`;
}
