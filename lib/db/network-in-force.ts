/** What a devbox's network policy is now, read the same way by whoever enforces it and whoever shows it. */
import { type NetworkMode, type PolicyInForce, policyInForce, type SetupPhase } from "../domain/egress-policy.ts";

/** Of rows `d` of devboxes with `p`, the named policy that each follows. */
export type NetworkColumns = {
	mode: NetworkMode;
	domains: string[];
	setupMode: SetupPhase["mode"] | null;
	setupDomains: string[];
	/** Only ever before it is ready or has failed, whatever became of its run: nothing that is ready has the wider one. */
	isSettingUp: boolean;
	/** Names that an admin approved for it and whose time is not up. */
	approved: string[];
	/** `address:port` of its workspace's internal services, as far as its host's operator opened them. */
	services: string[];
};

export const networkColumnsSql = `coalesce(p.mode, d.network_mode) AS mode, coalesce(p.domains, d.network_domains) AS domains,
	CASE WHEN p.id IS NULL THEN d.network_setup_mode ELSE p.setup_mode END AS "setupMode",
	coalesce(p.setup_domains, d.network_setup_domains) AS "setupDomains",
	d.network_phase = 'setup' AND d.state IN ('requested', 'provisioning') AS "isSettingUp",
	ARRAY(SELECT r.name FROM network_requests r WHERE r.devbox_id = d.id AND r.status = 'approved'
		AND (r.expires_at IS NULL OR r.expires_at > now()) ORDER BY r.name) AS approved,
	ARRAY(SELECT s.address || ':' || port FROM (
			SELECT i.address, i.ports FROM internal_services i WHERE i.workspace_id = d.workspace_id AND EXISTS (
				SELECT 1 FROM hosts, unnest(hosts.internal_ranges) open WHERE hosts.id = d.host_id AND i.address::inet <<= open::inet)
			OFFSET 0) s, unnest(s.ports) port
		GROUP BY 1 ORDER BY 1) AS services`;

export function setupOf({ setupMode, setupDomains }: Pick<NetworkColumns, "setupMode" | "setupDomains">) {
	return setupMode === null ? null : { mode: setupMode, egress_domains: setupDomains };
}

export function networkInForce(row: NetworkColumns): PolicyInForce {
	const { mode, domains, approved, services } = row;
	return policyInForce({ mode, domains }, { approved, services, setup: row.isSettingUp ? setupOf(row) : null });
}
