import type { DecisionFilters, WorkspaceDecisionResponse } from "../../contract/network-requests.ts";
import { listWorkspaceDecisionRows } from "../../db/network-decisions.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toDecisionResponse } from "./decision-response.ts";

export async function listNetworkDecisions(
	{ db }: Deps,
	actor: Actor,
	{ query }: { query: DecisionFilters & { limit: number } },
): Promise<{ data: WorkspaceDecisionResponse[] }> {
	const { limit, ...filter } = query;
	const rows = await listWorkspaceDecisionRows(db, actor, { filter, limit });
	const data = rows.map((row) => ({
		...toDecisionResponse(row),
		devbox: { id: row.devboxId, name: row.devboxName, owner: row.owner },
		policy: row.policyId !== null && row.policyName !== null ? { id: row.policyId, name: row.policyName } : null,
	}));
	return { data };
}
