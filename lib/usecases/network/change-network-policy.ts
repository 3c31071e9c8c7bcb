import type { ChangeNamedPolicyRequest, NamedPolicyResponse } from "../../contract/network.ts";
import { updatePolicy } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toNamedPolicyResponse } from "./named-policy-response.ts";
import { policyNotFound } from "./policy-not-found.ts";

export async function changeNetworkPolicy(
	{ db }: Deps,
	actor: Actor,
	{ params: { id }, body }: { params: { id: string }; body: ChangeNamedPolicyRequest },
): Promise<NamedPolicyResponse> {
	const row = await updatePolicy(db, actor, { id, mode: body.mode, domains: body.egress_domains });
	if (!row) throw policyNotFound(id);
	return toNamedPolicyResponse(row);
}
