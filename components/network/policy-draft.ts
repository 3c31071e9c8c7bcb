/** A network policy while somebody writes it, and the request that it becomes. */
import type { z } from "zod";
import type { networkPolicyRequest } from "@/lib/contract/network-policy.ts";
import { type NetworkMode, networkModes, type PolicyAsk } from "@/lib/domain/egress-policy.ts";

/** `choice`: `mode:<mode>` or `policy:<name>`; `names`: one a line, read where the mode has a list. */
export type PolicyDraft = { choice: string; names: string };
export type PolicyRequest = z.input<typeof networkPolicyRequest>;

export function policyDraftOf(ask: PolicyAsk): PolicyDraft {
	if ("policy" in ask) return { choice: `policy:${ask.policy}`, names: "" };
	return { choice: `mode:${ask.mode}`, names: ask.egress_domains.join("\n") };
}

/** Null: a named policy was chosen. */
export function modeOf({ choice }: PolicyDraft): NetworkMode | null {
	return networkModes.find((mode) => choice === `mode:${mode}`) ?? null;
}

export function namesIn(text: string): string[] {
	return text.split(/[\s,]+/).filter(Boolean);
}

/** What is wrong with a name goes on as it is, for the contract to refuse it. */
export function policyRequestOf(draft: PolicyDraft): PolicyRequest {
	const mode = modeOf(draft);
	if (mode === null) return { policy: draft.choice.slice("policy:".length) };
	const isListed = mode === "enforce" || mode === "observe";
	return { mode, egress_domains: isListed ? namesIn(draft.names) : [] };
}
