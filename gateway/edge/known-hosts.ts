/**
 * By which names this server may be called. A page on another name that resolves to us (DNS rebinding) would otherwise be of the
 * same origin as the dashboard. Names count, ports do not: a forwarded port changes them.
 */
export type KnownHosts = { includes(hostHeader: string): boolean };

export function knownHosts(o: { publicUrl: URL; listenHost: string }): KnownHosts {
	const names = new Set([o.publicUrl.hostname, "localhost"]);
	// An address cannot be rebound; wildcards are addresses of nothing.
	if (o.listenHost !== "0.0.0.0" && o.listenHost !== "::") names.add(hostnameOf(o.listenHost) ?? o.listenHost);
	return {
		includes(hostHeader) {
			const name = hostnameOf(hostHeader);
			return name !== null && (names.has(name) || isLoopback(name));
		},
	};
}

/** Lower case, without port; IPv6 in brackets. Null for what is no host. */
function hostnameOf(hostHeader: string): string | null {
	if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.test(hostHeader)) return null;
	try {
		return new URL(`http://${hostHeader}/`).hostname;
	} catch {
		// The pattern lets a few through that are no host, as a number that is too large for an address.
		return null;
	}
}

function isLoopback(name: string): boolean {
	return name === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}
