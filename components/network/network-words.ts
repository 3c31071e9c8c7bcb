import type { DevboxNetworkResponse } from "@/lib/contract/network.ts";
import { type NetworkMode, networkModeLabels, type PolicyAsk } from "@/lib/domain/egress-policy.ts";

export type { DevboxNetworkResponse, NamedPolicyResponse } from "@/lib/contract/network.ts";
export type { WorkspaceDecisionResponse as WorkspaceDecision } from "@/lib/contract/network-requests.ts";
export type NetworkDecision = DevboxNetworkResponse["decisions"][number];

/** What holds for the box now, as a sentence. */
export const networkModeWords = {
	open: "Open: it reaches the whole Internet, and no private address.",
	enforce: "In force: the listed names alone, on any port.",
	observe: "Observed: it reaches everything but private addresses, and what it asks for is noted.",
	none: "In force: no network at all.",
} as const satisfies Record<NetworkMode, string>;

/** What the devbox follows, as a request would say it. */
export function askOf({ policy, mode, egress_domains, setup }: DevboxNetworkResponse): PolicyAsk {
	return policy === null ? { mode, egress_domains, ...(setup && { setup }) } : { policy };
}

/** What a named policy may be. */
export const namedModes = ["enforce", "observe", "none"] as const;
export const namedModeWords = {
	enforce: networkModeLabels.enforce,
	observe: networkModeLabels.observe,
	none: networkModeLabels.none,
} as const;

export const verdictWords = { allowed: "Allowed", observed: "Observed", blocked: "Blocked" } as const;

/** Why a request was not allowed by an entry. */
export const whyWords: Readonly<Record<string, string>> = {
	not_listed: "not listed",
	no_name: "no name was given",
	unresolved: "the name leads nowhere",
	denied_address: "the name leads to an address that no devbox may reach",
};
