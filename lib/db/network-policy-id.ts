import { createHash } from "node:crypto";
import type { NetworkPolicy } from "../domain/egress-policy.ts";

/** Policies that say the same have the same id, and one that is changed gets another. Short, of letters and digits: it goes into names. */
export function networkPolicyId({ mode, domains }: NetworkPolicy): string {
	return `p${createHash("sha256")
		.update(JSON.stringify([mode, domains]))
		.digest("hex")
		.slice(0, 24)}`;
}
