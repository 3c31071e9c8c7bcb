import { expect, test } from "vitest";
import { networkPolicyRequest } from "@/lib/contract/network-policy.ts";
import type { PolicyAsk } from "@/lib/domain/egress-policy.ts";
import { policyDraftOf, policyRequestOf } from "./policy-draft.ts";

test.each<PolicyAsk>([
	{ mode: "open", egress_domains: [] },
	{ mode: "none", egress_domains: [] },
	{ mode: "enforce", egress_domains: ["*.npmjs.org", "github.com"] },
	{ mode: "observe", egress_domains: [] },
	{ mode: "none", egress_domains: [], setup: { mode: "observe", egress_domains: [] } },
	{ mode: "enforce", egress_domains: ["a.example.com"], setup: { mode: "enforce", egress_domains: ["b.example.com"] } },
	{ policy: "builds" },
])("%j that nobody touches asks for itself again", (ask) => {
	expect(networkPolicyRequest.parse(policyRequestOf(policyDraftOf(ask)))).toEqual(ask);
});

test("names that were written for a list are not sent with a mode that has none, nor a setup where nothing is blocked", () => {
	const draft = { choice: "mode:none", names: "github.com", setup: "observe", setupNames: "github.com" } as const;
	const setup = { mode: "observe", egress_domains: [] };
	expect(policyRequestOf(draft)).toEqual({ mode: "none", egress_domains: [], setup });
	expect(policyRequestOf({ ...draft, choice: "mode:open" })).toEqual({ mode: "open", egress_domains: [] });
});
