import { expect, test } from "vitest";
import { networkPolicyRequest } from "@/lib/contract/network-policy.ts";
import type { PolicyAsk } from "@/lib/domain/egress-policy.ts";
import { draftStanding, policyDraftOf, policyRequestOf } from "./policy-draft.ts";

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

const began: PolicyAsk = { mode: "enforce", egress_domains: ["github.com"] };
const latest: PolicyAsk = { mode: "enforce", egress_domains: ["github.com", "npmjs.org"] };
const standing = (names: string, now: PolicyAsk = latest) =>
	draftStanding({ ...policyDraftOf(began), names }, { began, latest: now });

test("a draft that nobody touched, or that says what holds by now, gives way to it; another stays and is told", () => {
	expect(standing("github.com")).toBe("behind");
	expect(standing("npmjs.org, GitHub.com.")).toBe("behind");
	expect(standing("github.com\npypi.org")).toBe("outdated");
	expect(standing("github.com\nhalf written *")).toBe("outdated");
	expect(standing("github.com", { policy: "builds" })).toBe("behind");
	expect(standing("github.com\npypi.org", { policy: "builds" })).toBe("outdated");
});

test("a draft is of what holds as long as that says the same", () => {
	expect(standing("github.com\npypi.org", { ...began })).toBe("current");
});
