"use client";
import { setupModes } from "@/lib/domain/egress-policy.ts";
import { Field, Select } from "../ui/field";
import { DomainListField } from "./domain-list-field";
import type { PolicyDraft } from "./policy-draft.ts";

const setupLabels = {
	"": "Nothing more",
	observe: "Everything public, each decision noted",
	enforce: "More names",
} as const;

type SetupFieldsProps = {
	/** Of the policy's own fields. */
	id: string;
	draft: PolicyDraft;
	onChange: (draft: PolicyDraft) => void;
	disabled: boolean;
};

/** What a policy allows besides while a devbox is being made. */
export function SetupFields({ id, draft, onChange, disabled }: SetupFieldsProps) {
	return (
		<>
			<Field
				id={`${id}-setup`}
				label="While it is set up"
				hint="As repositories are cloned and setup commands run. It ends before the devbox is ready, and stays ended."
			>
				<Select
					id={`${id}-setup`}
					aria-describedby={`${id}-setup-note`}
					className="w-full max-w-md disabled:opacity-60"
					value={draft.setup}
					disabled={disabled}
					onChange={(event) =>
						onChange({ ...draft, setup: setupModes.find((one) => one === event.target.value) ?? "" })
					}
				>
					{(["", ...setupModes] as const).map((one) => (
						<option key={one} value={one}>
							{setupLabels[one]}
						</option>
					))}
				</Select>
			</Field>
			{draft.setup === "enforce" && (
				<DomainListField
					id={`${id}-setup-names`}
					label="Names for the setup"
					text={draft.setupNames}
					error={null}
					disabled={disabled}
					onChange={(setupNames) => onChange({ ...draft, setupNames })}
				/>
			)}
		</>
	);
}
