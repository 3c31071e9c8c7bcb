import type { ChangeNamedPolicyRequest, NamedPolicyResponse } from "../../contract/network.ts";
import { findPolicy, updatePolicy } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toNamedPolicyResponse } from "./named-policy-response.ts";
import { policyNotFound } from "./policy-not-found.ts";
import { requireFitting } from "./require-fitting.ts";

export async function changeNetworkPolicy(
	{ db }: Deps,
	actor: Actor,
	{ params: { id }, body }: { params: { id: string }; body: ChangeNamedPolicyRequest },
): Promise<NamedPolicyResponse> {
	const { mode, setup, add_domains: add = [] } = body;
	const domains = body.egress_domains ?? (mode === "none" ? [] : undefined);
	const before = await findPolicy(db, actor, id);
	if (!before) throw policyNotFound(id);
	requireFitting({
		mode: mode ?? before.mode,
		domains: [...(domains ?? before.domains), ...add],
		hasSetup: setup === undefined ? before.setupMode !== null : setup !== null,
	});
	const from = body.updated_at === undefined ? undefined : new Date(body.updated_at);
	const row = await updatePolicy(db, actor, { id, mode, domains, setup, add, from });
	if (row === "not_found") throw policyNotFound(id);
	if (row === "outdated") throw outdated(before.name);
	return toNamedPolicyResponse(row);
}

function outdated(name: string): AppError {
	return new AppError({
		code: "conflict",
		message: `The policy ${name} was changed meanwhile. Load it again and make the change anew.`,
	});
}
