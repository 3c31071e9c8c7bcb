import type { PolicyUseResponse } from "../../contract/network.ts";
import { listPolicyUseRows } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { policyNotFound } from "./policy-not-found.ts";

/** Whose they are, and nothing of what is in them. */
export async function listNetworkPolicyUses(
	{ db }: Deps,
	actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<{ data: PolicyUseResponse[] }> {
	const rows = await listPolicyUseRows(db, actor, id);
	if (!rows) throw policyNotFound(id);
	const data = rows.map(({ devboxId, devboxName, owner, isRunning }) => ({
		devbox_id: devboxId,
		devbox_name: devboxName,
		owner,
		is_running: isRunning,
	}));
	return { data };
}
