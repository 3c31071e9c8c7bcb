"use client";
import { PolicyFields } from "../network/policy-fields";
import { DefaultRow } from "./default-row";
import type { DefaultsForm } from "./use-defaults-form.ts";

/** On the page of all defaults, and alone on the Network page. */
export function NetworkRow({ state }: { state: DefaultsForm }) {
	const { form, draft } = state;
	return (
		<DefaultRow
			state={state}
			field="network_policy"
			label="Network policy"
			hint="Where a devbox may go, enforced outside of it. Locked: nobody may choose another, and admins answer their requests."
			error={form.formState.errors.network_policy?.message}
		>
			<PolicyFields
				id="default-network_policy"
				draft={draft.network_policy}
				onChange={(next) => form.setValue("network_policy", next, { shouldDirty: true })}
			/>
		</DefaultRow>
	);
}
