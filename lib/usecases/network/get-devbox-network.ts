import type { DevboxNetworkResponse } from "../../contract/network.ts";
import { whyNotOwn } from "../../db/devboxes.ts";
import { listDecisionRows } from "../../db/network-decisions.ts";
import { networkInForce, setupOf } from "../../db/network-in-force.ts";
import { findDevboxNetwork } from "../../db/network-policies.ts";
import { listRequestRowsOf } from "../../db/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toDecisionResponse } from "./decision-response.ts";
import { enforcementOf } from "./enforcement-of.ts";
import { toNetworkRequestResponse } from "./network-request-response.ts";

export async function getDevboxNetwork(
	{ db }: Deps,
	actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<DevboxNetworkResponse> {
	const [row, decisions, requests] = await Promise.all([
		findDevboxNetwork(db, actor, id),
		listDecisionRows(db, id),
		listRequestRowsOf(db, id),
	]);
	if (!row) throw await whyNotOwn(db, actor, id);
	const enforcement = enforcementOf(row);
	return {
		mode: row.mode,
		egress_domains: row.domains,
		setup: setupOf(row),
		is_setting_up: row.isSettingUp && row.setupMode !== null,
		policy: row.policyName,
		internal_services: [...networkInForce(row).services],
		is_locked: row.isLocked,
		enforcement,
		message: enforcement === "down" || enforcement === "enforced" ? row.filterMessage : null,
		requests: requests.map(toNetworkRequestResponse),
		decisions: decisions.map(toDecisionResponse),
	};
}
