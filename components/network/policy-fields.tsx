"use client";
import { useQuery } from "@tanstack/react-query";
import { type NetworkMode, networkModeLabels, networkModes } from "@/lib/domain/egress-policy.ts";
import { Select } from "../ui/field";
import { DomainListField } from "./domain-list-field";
import { namedModeWords } from "./network-words.ts";
import { policyQueries } from "./policies/policy-queries.ts";
import { canHaveSetup, modeOf, type PolicyDraft } from "./policy-draft.ts";
import { SetupFields } from "./setup-fields";

type PolicyFieldsProps = {
	/** Of the choice; it is described by `<id>-note`. */
	id: string;
	draft: PolicyDraft;
	onChange: (draft: PolicyDraft) => void;
	disabled?: boolean;
	/** Of the names. */
	error?: string | null | undefined;
	/** What a named policy may be; else every mode, and the named ones. */
	modes?: readonly NetworkMode[];
};

/** A mode or one of the workspace's policies; the names where the mode has a list; and what a setup may reach besides. */
export function PolicyFields({ id, draft, onChange, disabled = false, error, modes }: PolicyFieldsProps) {
	const { data: policies = [] } = useQuery({ ...policyQueries.list(), enabled: modes === undefined });
	const mode = modeOf(draft);
	const chosen = policies.find(({ name }) => draft.choice === `policy:${name}`);
	const isUnknown = mode === null && !chosen;
	return (
		<div className="flex flex-col gap-3">
			<Select
				id={id}
				aria-describedby={`${id}-note`}
				aria-invalid={error ? true : undefined}
				className="w-full max-w-md disabled:opacity-60"
				value={draft.choice}
				disabled={disabled}
				onChange={(event) => onChange({ ...draft, choice: event.target.value })}
			>
				{(modes ?? networkModes).map((one) => (
					<option key={one} value={`mode:${one}`}>
						{networkModeLabels[one]}
					</option>
				))}
				{modes === undefined && (policies.length > 0 || isUnknown) && (
					<optgroup label="Policies of the workspace">
						{isUnknown && <option value={draft.choice}>{draft.choice.slice("policy:".length)}</option>}
						{policies.map(({ name }) => (
							<option key={name} value={`policy:${name}`}>
								{name}
							</option>
						))}
					</optgroup>
				)}
			</Select>
			{chosen && (
				<p className="break-words text-ink-soft text-xs">
					{namedModeWords[chosen.mode]}
					{chosen.egress_domains.length > 0 && ": "}
					<span className="font-mono">{chosen.egress_domains.join(" ")}</span>
					{chosen.setup && ". More while it is set up."}
				</p>
			)}
			{(mode === "enforce" || mode === "observe") && (
				<DomainListField
					id={`${id}-names`}
					text={draft.names}
					error={error}
					disabled={disabled}
					onChange={(names) => onChange({ ...draft, names })}
				/>
			)}
			{canHaveSetup(mode) && <SetupFields id={id} draft={draft} onChange={onChange} disabled={disabled} />}
		</div>
	);
}
