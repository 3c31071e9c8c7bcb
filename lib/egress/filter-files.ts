/** All that an egress filter is told, as files: its configuration, and the units that run it. Pure. */
import type { FilterState } from "../domain/filter-state.ts";
import { type FilterFile, filterFolder, runFolder } from "./filter-places.ts";
import { proxyConfig, proxyMaps } from "./filter-proxy.ts";
import { resolverConfig } from "./filter-resolver.ts";
import { nftBoxes, nftRules } from "./filter-rules.ts";

/** Rules, resolver and proxy as units, in this order after a start: with the last state that was brought in, before anybody asks. */
function filterUnits(state: FilterState): FilterFile[] {
	const unit = (name: string, lines: string[]) => ({
		path: `/etc/systemd/system/devbox-egress-${name}.service`,
		content: `${lines.join("\n")}\n`,
	});
	const served = (description: string, lines: string[]) => [
		"[Unit]",
		`Description=${description}`,
		"Requires=devbox-egress-rules.service",
		"After=devbox-egress-rules.service",
		"StartLimitIntervalSec=0",
		"[Service]",
		...lines,
		"Restart=always",
		"RestartSec=100ms",
		"LimitNOFILE=16384",
		// Decisions are lines of all boxes: one that makes many must not silence the others'. What a box can make is bounded by the rules.
		"LogRateLimitIntervalSec=0",
		"[Install]",
		"WantedBy=multi-user.target",
	];
	return [
		unit("rules", [
			"[Unit]",
			"Description=Egress filter: rules",
			"[Service]",
			"Type=oneshot",
			"RemainAfterExit=yes",
			`ExecStart=/usr/sbin/nft -f ${filterFolder}/filter.nft`,
			`ExecStart=/usr/sbin/ip address replace ${state.address}/24 dev fence`,
			"ExecStart=/usr/sbin/ip link set fence up",
			"ExecStart=/usr/sbin/sysctl -qw net.ipv4.ip_forward=1",
			`ExecStart=/usr/bin/mkdir -p ${runFolder}`,
			"[Install]",
			"WantedBy=multi-user.target",
		]),
		unit(
			"resolver",
			served("Egress filter: resolver", [`ExecStart=/usr/sbin/unbound -d -c ${filterFolder}/resolver.conf`]),
		),
		unit(
			"proxy",
			served("Egress filter: proxy", ["Type=notify", `ExecStart=/usr/sbin/haproxy -Ws -f ${filterFolder}/proxy.cfg`]),
		),
	];
}

/** All of it, in the order in which it is written. */
export function filterFiles(state: FilterState): FilterFile[] {
	return [
		...filterUnits(state),
		{ path: `${filterFolder}/boxes.nft`, content: nftBoxes(state) },
		{ path: `${filterFolder}/filter.nft`, content: nftRules(state) },
		{ path: `${filterFolder}/resolver.conf`, content: resolverConfig(state) },
		{ path: `${filterFolder}/proxy.cfg`, content: proxyConfig(state) },
		...proxyMaps(state),
	];
}
