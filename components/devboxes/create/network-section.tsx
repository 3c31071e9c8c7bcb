"use client";
import { policyDraftOf } from "../../network/policy-draft.ts";
import { PolicyFields } from "../../network/policy-fields";
import { CreateField } from "./create-field";
import { fieldMark } from "./field-mark.ts";
import type { CreateForm } from "./use-create-form.ts";

export function NetworkSection(state: CreateForm) {
	const { form, draft, defaults, errorAt } = state;
	const mark = fieldMark(state, "network_policy");
	const error = errorAt("network_policy");
	const standing = defaults?.network_policy.value ?? { mode: "open", egress_domains: [] };
	const shown = draft.network_policy ?? policyDraftOf(standing);
	return (
		<CreateField
			id="new-network"
			label="Network policy"
			mark={mark}
			error={error}
			hint="Where it may go, enforced outside of it. It can be changed later."
		>
			<PolicyFields
				id="new-network"
				draft={shown}
				disabled={mark.isLocked === true}
				onChange={(next) =>
					form.setValue("network_policy", next, { shouldDirty: true, shouldValidate: form.formState.isSubmitted })
				}
			/>
		</CreateField>
	);
}
