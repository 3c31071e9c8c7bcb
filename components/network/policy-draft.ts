/** A network policy while somebody writes it, and the request that it becomes. */
import type { z } from "zod";
import { networkPolicyRequest } from "@/lib/contract/network-policy.ts";
import { type NetworkMode, networkModes, type PolicyAsk, type SetupPhase } from "@/lib/domain/egress-policy.ts";

export type PolicyDraft = {
	/** `mode:<mode>` or `policy:<name>` */
	choice: string;
	/** One a line, read where the mode has a list. */
	names: string;
	/** What is allowed besides during the setup; empty: nothing. */
	setup: SetupPhase["mode"] | "";
	setupNames: string;
};
export type PolicyRequest = z.input<typeof networkPolicyRequest>;

export function policyDraftOf(ask: PolicyAsk): PolicyDraft {
	if ("policy" in ask) return { choice: `policy:${ask.policy}`, names: "", setup: "", setupNames: "" };
	const { mode, egress_domains: names, setup } = ask;
	const phase = { setup: setup?.mode ?? "", setupNames: setup?.egress_domains.join("\n") ?? "" } as const;
	return { choice: `mode:${mode}`, names: names.join("\n"), ...phase };
}

/** Null: a named policy was chosen. */
export function modeOf({ choice }: Pick<PolicyDraft, "choice">): NetworkMode | null {
	return networkModes.find((mode) => choice === `mode:${mode}`) ?? null;
}

/** Modes that block something, so that a setup may need more. */
export function canHaveSetup(mode: NetworkMode | null): boolean {
	return mode === "enforce" || mode === "none";
}

export function namesIn(text: string): string[] {
	return text.split(/[\s,]+/).filter(Boolean);
}

/** What is wrong with a name goes on as it is, for the contract to refuse it. */
export function policyRequestOf(draft: PolicyDraft): PolicyRequest {
	const mode = modeOf(draft);
	if (mode === null) return { policy: draft.choice.slice("policy:".length) };
	const isListed = mode === "enforce" || mode === "observe";
	const setup = canHaveSetup(mode) && draft.setup !== "" ? setupOf(draft.setup, draft.setupNames) : undefined;
	return { mode, egress_domains: isListed ? namesIn(draft.names) : [], ...(setup && { setup }) };
}

function setupOf(mode: SetupPhase["mode"], names: string): SetupPhase {
	return { mode, egress_domains: mode === "enforce" ? namesIn(names) : [] };
}

/**
 * What stands in a draft, beside the policy that it began from and the one that holds now. `behind`: nobody loses anything when what
 * holds is taken over; `outdated`: both were changed.
 */
export function draftStanding(
	draft: PolicyDraft,
	{ began, latest }: { began: PolicyAsk; latest: PolicyAsk },
): "current" | "behind" | "outdated" {
	if (isAlike(began, latest)) return "current";
	const saysTheSame = isAlike(networkPolicyRequest.safeParse(policyRequestOf(draft)).data, latest);
	return !isTouched(draft, began) || saysTheSame ? "behind" : "outdated";
}

/** Something else is in the draft than what it began from. */
export function isTouched(draft: PolicyDraft, began: PolicyAsk): boolean {
	return !isAlike(draft, policyDraftOf(began));
}

function isAlike(one: unknown, other: unknown): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}
