"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../../api-client.ts";
import { type NamedPolicyResponse, namedModes } from "../network-words.ts";
import { type PolicyDraft, policyRequestOf } from "../policy-draft.ts";
import { policyKeys } from "./policy-queries.ts";

type Saving = {
	/** That the draft was made from; null: a new one. */
	policy: NamedPolicyResponse | null;
	name: string;
	draft: PolicyDraft;
	onSaved: () => void;
};

export function useSavePolicy({ policy, name, draft, onSaved }: Saving) {
	const client = useQueryClient();
	const readAgain = () => client.invalidateQueries({ queryKey: policyKeys.all });
	return useMutation({
		mutationFn: () => {
			const { mode, egress_domains = [], setup = null } = policyRequestOf(draft);
			const said = { mode: namedModes.find((one) => one === mode) ?? "enforce", egress_domains, setup };
			return policy
				? api.changeNetworkPolicy({ id: policy.id, ...said, updated_at: policy.updated_at })
				: api.createNetworkPolicy({ name: name.trim(), ...said });
		},
		onSuccess: async () => {
			onSaved();
			await readAgain();
		},
		onError: (error) => (isConflict(error) ? readAgain() : undefined),
	});
}

/** Somebody else was first. */
export function isConflict(error: unknown): boolean {
	return isDevboxError(error) && error.code === "conflict";
}
