import type { NamedPolicyRequest, NamedPolicyResponse } from "../../contract/network.ts";
import { isUniqueViolation } from "../../db/database.ts";
import { insertPolicy } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toNamedPolicyResponse } from "./named-policy-response.ts";
import { requireFitting } from "./require-fitting.ts";

export async function createNetworkPolicy(
	{ db }: Deps,
	actor: Actor,
	{ body }: { body: NamedPolicyRequest },
): Promise<NamedPolicyResponse> {
	const { name, mode, egress_domains: domains, setup } = body;
	requireFitting({ mode, domains, hasSetup: setup !== null });
	try {
		return toNamedPolicyResponse(await insertPolicy(db, actor, { name, mode, domains, setup }));
	} catch (error) {
		if (!isUniqueViolation(error)) throw error;
		throw new AppError({
			code: "name_taken",
			message: `There is a network policy ${name} already. Change it, or choose another name.`,
		});
	}
}
