/** The filter's unbound: which names exist for whom. Pure. */
import { auditNetwork } from "../domain/audit-network.ts";
import type { FilterPolicy, FilterState } from "../domain/filter-state.ts";
import { filterFolder, runFolder } from "./filter-places.ts";
import { poolAddresses } from "./name-pool.ts";

/** Of all boxes; the rules bound what each may hold. */
const resolverTcpPlaces = 256;

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
