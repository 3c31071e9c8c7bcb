import type { NamedPolicyResponse } from "../../contract/network.ts";
import { setupOf } from "../../db/network-in-force.ts";
import type { PolicyRow } from "../../db/network-policies.ts";

export function toNamedPolicyResponse(row: PolicyRow): NamedPolicyResponse {
	return {
		id: row.id,
		name: row.name,
		mode: row.mode as NamedPolicyResponse["mode"],
		egress_domains: row.domains,
		setup: setupOf({ setupMode: row.setupMode as "observe" | "enforce" | null, setupDomains: row.setupDomains }),
		devbox_count: row._count.devboxes,
		updated_at: row.updatedAt.toISOString(),
	};
}
