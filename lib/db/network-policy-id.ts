import { createHash } from "node:crypto";
import { appliedPolicy, type PolicyInForce } from "../domain/egress-policy.ts";

/** Policies that say the same have the same id, and one that is changed gets another. Short, of letters and digits: it goes into names. */
export function networkPolicyId(policy: PolicyInForce): string {
	return `p${createHash("sha256").update(appliedPolicy(policy)).digest("hex").slice(0, 24)}`;
}
