"use client";
import { useEffect, useState } from "react";
import type { PolicyAsk } from "@/lib/domain/egress-policy.ts";
import { draftStanding, isTouched, type PolicyDraft, policyDraftOf } from "./policy-draft.ts";

export type HeldDraft = {
	draft: PolicyDraft;
	setDraft: (draft: PolicyDraft) => void;
	/** Somebody else changed the policy since: the draft stays until `load` takes it away. */
	isOutdated: boolean;
	/** Something was written that is not saved. */
	isTouched: boolean;
	load: (ask?: PolicyAsk) => void;
};

/** `latest`: the policy as it is now. What is being written keeps what it began from; where nothing was, what holds now is taken over. */
export function usePolicyDraft(latest: PolicyAsk): HeldDraft {
	const [began, setBegan] = useState(latest);
	const [draft, setDraft] = useState(() => policyDraftOf(latest));
	const standing = draftStanding(draft, { began, latest });
	function load(ask = latest): void {
		setBegan(ask);
		setDraft(policyDraftOf(ask));
	}
	useEffect(() => {
		if (standing === "behind") load();
	});
	return { draft, setDraft, isOutdated: standing === "outdated", isTouched: isTouched(draft, began), load };
}
