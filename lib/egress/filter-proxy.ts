/**
 * The filter's HAProxy, with its maps: which names are dialled for whom. It dials the *name*, never the address that a box asked for, and
 * checks what the name resolves to: a private address is dialled only where it is, with the port, an internal service of the box's policy.
 * Pure.
 *
 * Policies are known by a hash of what they say: boxes that may do the same share the entries, and an entry never changes its meaning.
 */
import { auditNetwork } from "../domain/audit-network.ts";
import { deniedRanges4 } from "../domain/denied-ranges.ts";
import type { FilterState } from "../domain/filter-state.ts";
import { type FilterFile, filterFolder, proxyPorts, runFolder } from "./filter-places.ts";
import { poolAddresses } from "./name-pool.ts";

/** By these the kernel passes data on. It lets a user have 64 MiB of them, and makes all beyond tiny: the proxy copies by itself there. */
const pipes = { countMax: 60, bytes: 2 ** 20 } as const;

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
	// Of connections whose name is known by now: a refused one is closed, whether by its policy or since its name leads nowhere.
	const judgeAndDial = `${indent(judge(tcp))}
	${tcp} reject if { var(txn.verdict) -m str blocked }
${indent(dial(tcp))}
	${tcp} reject if { var(txn.verdict) -m str blocked }
	${tcp} set-dst var(txn.ip)
	${tcp} set-dst-port var(txn.port)
	default_backend dialled`;
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
${judgeAndDial}
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
${judgeAndDial}
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
