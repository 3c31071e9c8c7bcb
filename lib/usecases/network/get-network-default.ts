import type { NetworkDefaultResponse } from "../../contract/network.ts";
import { getNetworkDefaultRow } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import type { NetworkMode } from "../../domain/egress-policy.ts";
import type { Deps } from "../deps.ts";

export async function getNetworkDefault({ db }: Deps, actor: Actor): Promise<NetworkDefaultResponse> {
	const row = await getNetworkDefaultRow(db, actor);
	return { mode: row.networkMode as NetworkMode, egress_domains: row.networkDomains, is_locked: row.networkLocked };
}
