import type { NamedPolicyResponse } from "../../contract/network.ts";
import { listPolicyRows } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toNamedPolicyResponse } from "./named-policy-response.ts";

export async function listNetworkPolicies({ db }: Deps, actor: Actor): Promise<{ data: NamedPolicyResponse[] }> {
	return { data: (await listPolicyRows(db, actor)).map(toNamedPolicyResponse) };
}
