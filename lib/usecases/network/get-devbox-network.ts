import type { DevboxNetworkResponse } from "../../contract/network.ts";
import { whyNotOwn } from "../../db/devboxes.ts";
import { type DevboxNetworkRow, findDevboxNetwork, listDecisionRows } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import { appliedPolicy } from "../../domain/egress-policy.ts";
import type { Deps } from "../deps.ts";

export async function getDevboxNetwork(
	{ db }: Deps,
	actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<DevboxNetworkResponse> {
	const [row, decisions] = await Promise.all([findDevboxNetwork(db, actor, id), listDecisionRows(db, id)]);
	if (!row) throw await whyNotOwn(db, actor, id);
	const enforcement = enforcementOf(row);
	return {
		mode: row.mode,
		egress_domains: row.domains,
		policy: row.policyName,
		is_locked: row.isLocked,
		enforcement,
		message: enforcement === "down" ? row.filterMessage : null,
		decisions: decisions.map((decision) => ({
			protocol: decision.protocol,
			name: decision.name,
			port: decision.port,
			verdict: decision.verdict as "allowed" | "observed" | "blocked",
			why: decision.why,
			rule: decision.rule,
			count: decision.count,
			first_at: decision.firstAt.toISOString(),
			last_at: decision.lastAt.toISOString(),
		})),
	};
}

function enforcementOf(row: DevboxNetworkRow): DevboxNetworkResponse["enforcement"] {
	if (row.mode === "open") return row.isFenced ? "pending" : "open";
	if (!row.isFenced || row.applied !== appliedPolicy(row)) return "pending";
	return row.filterStatus === "down" ? "down" : "enforced";
}
