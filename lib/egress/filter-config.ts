/**
 * What an egress filter is told, as files: nftables (who is led where), unbound (which names exist for whom) and HAProxy with its maps
 * (which names are dialled for whom). Pure.
 *
 * A listed name gets an address of its own from a private pool, and the box's resolver answers that address: so no question of a box
 * ever leaves the filter, any port is allowed by name, and an address that somebody writes down by hand leads nowhere. HAProxy dials the
 * *name*, never the address that a box asked for, and checks what the name resolves to: a private address is dialled only where it is,
 * with the port, an internal service of the box's policy.
 *
 * Policies are known by a hash of what they say: boxes that may do the same share the entries, and an entry never changes its meaning.
 */
import { auditNetwork } from "../domain/audit-network.ts";
import { deniedRanges4 } from "../domain/denied-ranges.ts";
import type { FilterPolicy, FilterState } from "../domain/filter-state.ts";

export const filterFolder = "/etc/devbox-egress";
export const runFolder = "/run/devbox-egress";
/** Where HAProxy listens for what nftables leads to it: web pages, TLS, everything else. */
const proxyPorts = { http: 1080, tls: 1443, any: 1000 } as const;
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
const resolverTcpPlaces = 256;
/** By these the kernel passes data on. It lets a user have 64 MiB of them, and makes all beyond tiny: the proxy copies by itself there. */
const pipes = { countMax: 60, bytes: 2 ** 20 } as const;

export type FilterFile = { path: string; content: string };

export function proxyMaps(state: FilterState): FilterFile[] {
	const lines = (entries: [key: string, value: string][]) =>
		entries.map(([key, value]) => `${key} ${value}\n`).join("");
	const { policies } = state;
	const bound = policies.flatMap((policy) =>
		poolAddresses(policy).flatMap(({ address, entry }): [string, string][] =>
			entry.startsWith("*.") ? [] : [[`${address}.${policy.id}`, entry]],
		),
	);
	const exact = policies.flatMap((policy) =>
		policy.domains.filter((d) => !d.startsWith("*.")).map((d): [string, string] => [`${d}.${policy.id}`, d]),
	);
	// From its dot on: "evilallowed.example" does not end with ".allowed.example".
	const wild = policies.flatMap((policy) =>
		policy.domains.filter((d) => d.startsWith("*.")).map((d): [string, string] => [`${d.slice(1)}.${policy.id}`, d]),
	);
	const services = policies.flatMap((policy) =>
		policy.services.map((service): [string, string] => [`${service}.${policy.id}`, service]),
	);
	return [
		{ path: `${filterFolder}/bound.map`, content: lines(bound) },
		{ path: `${filterFolder}/exact.map`, content: lines(exact) },
		{ path: `${filterFolder}/wild.map`, content: lines(wild) },
		{ path: `${filterFolder}/services.map`, content: lines(services) },
		{ path: `${filterFolder}/modes.map`, content: lines(policies.map((p) => [p.id, p.mode])) },
		// Last: a box is on a policy once all of that policy is there.
		{ path: `${filterFolder}/boxes.map`, content: lines(state.boxes.map((box) => [box.address, box.policyId])) },
	];
}

const poolBase = (198 << 24) + (18 << 16);
const poolSize = 2 ** 17 - 2;

/** 198.18.0.0/15 is for benchmarks of network devices and never on the Internet. Where two names meet, the later one moves on. */
export function poolAddresses(policy: FilterPolicy): { entry: string; address: string }[] {
	const taken = new Set<number>();
	return [...policy.domains].sort().map((entry) => {
		let place = hashOf(entry) % poolSize;
		while (taken.has(place)) place = (place + 1) % poolSize;
		taken.add(place);
		const number = (poolBase + place + 1) >>> 0;
		return { entry, address: [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join(".") };
	});
}

/** FNV-1a: any spread will do. */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
	return hash;
}

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

/**
 * What a policy's names are answered with. A zone of the type `redirect` answers for all names below as well, with its one record, and may
 * have no data below its top: so a listed name under a listed wildcard is a zone of its own. Where a name and its own wildcard are listed,
 * all of it is answered with the name's address: on ports other than 80 and 443, where nothing else says the name, that one is dialled.
 */
export function zoneLines(policy: FilterPolicy): string[] {
	const addresses = new Map(poolAddresses(policy).map(({ entry, address }) => [entry, address]));
	const wild = policy.domains.filter((entry) => entry.startsWith("*.")).map((entry) => entry.slice(2));
	const names = new Set([...wild, ...policy.domains.filter((entry) => !entry.startsWith("*."))]);
	return [...names].sort().flatMap((name) => {
		const isZone = wild.some((above) => name === above || name.endsWith(`.${above}`));
		const address = addresses.get(name) ?? addresses.get(`*.${name}`);
		return [...(isZone ? [`\tlocal-zone: "${name}." redirect`] : []), `\tlocal-data: "${name}. 30 IN A ${address}"`];
	});
}

export function resolverConfig(state: FilterState): string {
	const views = state.policies.map((policy) => {
		// Observed boxes ask whom they would ask without a filter; for all others no name exists but the listed ones.
		const zones = policy.mode === "observe" ? [] : ['\tlocal-zone: "." static', ...zoneLines(policy)];
		return `view:\n\tname: "${policy.id}"\n\tview-first: no\n${zones.join("\n")}\n`;
	});
	// A view's zones are of class IN alone: a question of another class (ANY, CH) finds none of them, and `allow` would take it to the
	// name servers outside. So only who is observed may ask for what is not said here.
	const observed = new Set(state.policies.filter((policy) => policy.mode === "observe").map((policy) => policy.id));
	const access = state.boxes.map(({ address, policyId }) => {
		const may = observed.has(policyId) ? "allow" : "refuse_non_local";
		return `\taccess-control: ${address}/32 ${may}\n\taccess-control-view: ${address}/32 "${policyId}"`;
	});
	return `server:
	interface: ${state.address}
	interface: 127.0.0.1
	port: 53
	do-ip6: no
	do-daemonize: no
	num-threads: 1
	username: "unbound"
	directory: "${filterFolder}"
	chroot: ""
	pidfile: "${runFolder}/resolver.pid"
	use-syslog: yes
	log-replies: yes
	verbosity: 1
	module-config: "iterator"
	hide-identity: yes
	hide-version: yes
	incoming-num-tcp: ${resolverTcpPlaces}
	tcp-idle-timeout: 3000
	msg-cache-size: 1m
	rrset-cache-size: 2m
	access-control: 0.0.0.0/0 refuse
${access.join("\n")}
forward-zone:
	name: "."
${state.resolvers.map((address) => `\tforward-addr: ${address}`).join("\n")}
forward-zone:
	name: "${auditNetwork.zone}."
	forward-addr: ${auditNetwork.names}
	forward-no-cache: yes
${views.join("")}`;
}

/** An address is no name: the last label has a letter. */
const strictName = "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z0-9-]{0,62}[a-z][a-z0-9-]{0,62}$";
const map = (name: string) => `${filterFolder}/${name}.map`;

export function proxyConfig(state: FilterState): string {
	const denied = deniedRanges4.join(" ");
	const log = (proto: string) =>
		`log-format "decision ${proto} %[src] %[var(txn.port)] %[var(txn.verdict)] %[var(txn.why)] %[var(txn.name),bytes(0,253),url_enc] %[var(txn.rule)] %[var(txn.asked)]"`;
	/** The same rules for the three ways in: `on` is the kind of rule, `name` finds the name. */
	const judge = (on: string) =>
		[
			`unset-var(txn.name) unless { var(txn.name) -m reg ${strictName} }`,
			`set-var(txn.key) var(txn.name),concat(.,txn.policy,)`,
			`set-var(txn.rule) var(txn.key),map_str(${map("exact")}) if { var(txn.name) -m found }`,
			`set-var(txn.rule) var(txn.key),map_end(${map("wild")}) if !{ var(txn.rule) -m found } { var(txn.name) -m found }`,
			`set-var(txn.verdict) str(allowed) if { var(txn.rule) -m found }`,
			`set-var(txn.verdict) str(observed) if !{ var(txn.verdict) -m found } { var(txn.mode) -m str observe }`,
			`set-var(txn.verdict) str(blocked) if !{ var(txn.verdict) -m found }`,
			`set-var(txn.why) str(not_listed) if !{ var(txn.rule) -m found } { var(txn.name) -m found }`,
			`set-var(txn.why) str(no_name) if !{ var(txn.rule) -m found } !{ var(txn.name) -m found }`,
		].map((rule) => `${on} ${rule}`);
	const dial = (on: string) =>
		[
			`do-resolve(txn.ip,upstream,ipv4) var(txn.name) if !{ var(txn.verdict) -m str blocked } { var(txn.name) -m found } !{ var(txn.name) -m end .${auditNetwork.zone} }`,
			`do-resolve(txn.ip,audit,ipv4) var(txn.name) if !{ var(txn.verdict) -m str blocked } { var(txn.name) -m found } { var(txn.name) -m end .${auditNetwork.zone} }`,
			`set-var(txn.ip) dst if { var(txn.verdict) -m str observed } !{ var(txn.name) -m found }`,
			`set-var(txn.why) str(unresolved) if !{ var(txn.verdict) -m str blocked } !{ var(txn.ip) -m found }`,
			`set-var(txn.verdict) str(blocked) if { var(txn.why) -m str unresolved }`,
			`set-var(txn.service) var(txn.ip),concat(:,txn.port,),concat(.,txn.policy,),map_str(${map("services")}) if !{ var(txn.verdict) -m str blocked }`,
			`set-var(txn.why) str(denied_address) if !{ var(txn.verdict) -m str blocked } !{ var(txn.service) -m found } { var(txn.ip) -m ip ${denied} }`,
			`set-var(txn.verdict) str(blocked) if { var(txn.why) -m str denied_address }`,
		].map((rule) => `${on} ${rule}`);
	const who = (on: string) =>
		[
			`set-var(txn.port) dst_port`,
			`set-var(txn.asked) dst`,
			`set-var(txn.policy) src,map_ip(${map("boxes")})`,
			`set-var(txn.mode) var(txn.policy),map_str(${map("modes")})`,
		].map((rule) => `${on} ${rule}`);
	const indent = (rules: string[]) => rules.map((rule) => `\t${rule}`).join("\n");
	const tcp = "tcp-request content";
	const http = "http-request";
	return `global
	log /dev/log local0 info
	maxconn 4000
	user haproxy
	group haproxy
	stats socket ${runFolder}/proxy.sock mode 600 level admin
	stats timeout 30s
	hard-stop-after 1s
	maxpipes ${pipes.countMax}
	tune.pipesize ${pipes.bytes}
defaults
	log global
	option dontlognull
	option logasap
	option splice-request
	option splice-response
	retries 0
	timeout connect 10s
	timeout client 1h
	timeout server 1h
	timeout client-fin 30s
	timeout http-request 30s
	timeout http-keep-alive 60s
	timeout tunnel 24h
resolvers upstream
${state.resolvers.map((address, i) => `\tnameserver up${i} ${address}:53`).join("\n")}
	accepted_payload_size 8192
	resolve_retries 3
	timeout resolve 1s
	timeout retry 2s
	hold valid 5s
	hold obsolete 0s
	hold nx 1s
	hold other 1s
	hold refused 1s
	hold timeout 1s
resolvers audit
	nameserver audit ${auditNetwork.names}:53
	resolve_retries 3
	timeout resolve 1s
	timeout retry 1s
	hold valid 1s
	hold nx 1s
	hold other 1s
	hold refused 1s
	hold timeout 1s
frontend tls
	mode tcp
	bind ${state.address}:${proxyPorts.tls}
	${log("tls")}
	tcp-request inspect-delay 10s
${indent(who(tcp))}
	${tcp} set-var(txn.name) req.ssl_sni,lower,regsub([.]$,) if { req.ssl_hello_type 1 }
${indent(judge(tcp))}
	${tcp} reject if { var(txn.verdict) -m str blocked }
${indent(dial(tcp))}
	${tcp} reject if { var(txn.verdict) -m str blocked }
	${tcp} set-dst var(txn.ip)
	${tcp} set-dst-port var(txn.port)
	default_backend dialled
frontend any
	mode tcp
	bind ${state.address}:${proxyPorts.any}
	# Judged before anything is said: a refusal of a silent connection is a decision too.
	no option dontlognull
	${log("tcp")}
	tcp-request inspect-delay 10s
${indent(who(tcp))}
	${tcp} set-var(txn.bound) dst,concat(.,txn.policy,),map_str(${map("bound")})
	${tcp} set-var(txn.name) var(txn.bound) if { var(txn.bound) -m found }
${indent(judge(tcp))}
	${tcp} reject if { var(txn.verdict) -m str blocked }
${indent(dial(tcp))}
	${tcp} reject if { var(txn.verdict) -m str blocked }
	${tcp} set-dst var(txn.ip)
	${tcp} set-dst-port var(txn.port)
	default_backend dialled
backend dialled
	mode tcp
	server name 0.0.0.0:0
frontend http
	mode http
	bind ${state.address}:${proxyPorts.http}
	${log("http")}
${indent(who(http))}
	# The whole of it: a list (a.example,b.example) is no name.
	${http} set-var(txn.name) req.fhdr(host),lower,regsub(:80$,),regsub([.]$,)
	${http} set-var(txn.malformed) bool(true) if METH_CONNECT || !{ url_beg / }
	${http} unset-var(txn.name) if { var(txn.malformed) -m bool }
${indent(judge(http))}
	${http} return status 403 content-type "text/plain; charset=utf-8" hdr Cache-Control no-store lf-string "Blocked by this devbox's network policy: %[req.fhdr(host),bytes(0,253),url_enc] is not listed (rule: %[var(txn.why)]). The policy stands in /run/devbox/network-policy.json.\\n" if { var(txn.verdict) -m str blocked }
${indent(dial(http))}
	${http} return status 403 content-type "text/plain; charset=utf-8" hdr Cache-Control no-store lf-string "Blocked by this devbox's network policy: %[var(txn.name),bytes(0,253),url_enc] is listed, but leads nowhere that a devbox may go (rule: %[var(txn.why)]).\\n" if { var(txn.verdict) -m str blocked }
	${http} del-header Upgrade unless { req.fhdr(upgrade) -m str -i websocket }
	# What was judged is what is said.
	${http} set-header Host %[var(txn.name)] if { var(txn.name) -m found }
	${http} set-dst var(txn.ip)
	${http} set-dst-port int(80)
	default_backend pages
backend pages
	mode http
	http-reuse never
	server name 0.0.0.0:0
`;
}
