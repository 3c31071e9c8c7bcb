"use client";
import { useQuery } from "@tanstack/react-query";
import { networkModeLabels, networkModes } from "@/lib/domain/egress-policy.ts";
import { Select } from "../ui/field";
import { DomainListField } from "./domain-list-field";
import { namedModeWords } from "./network-words.ts";
import { policyQueries } from "./policies/policy-queries.ts";
import { modeOf, type PolicyDraft } from "./policy-draft.ts";

type PolicyFieldsProps = {
	/** Of the choice; it is described by `<id>-note`. */
	id: string;
	draft: PolicyDraft;
	onChange: (draft: PolicyDraft) => void;
	disabled?: boolean;
	/** Of the names. */
	error?: string | null | undefined;
};

/** A mode or one of the workspace's policies, and the names where the mode has a list. */
export function PolicyFields({ id, draft, onChange, disabled = false, error }: PolicyFieldsProps) {
	const { data: policies = [] } = useQuery(policyQueries.list());
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
				{networkModes.map((one) => (
					<option key={one} value={`mode:${one}`}>
						{networkModeLabels[one]}
					</option>
				))}
				{(policies.length > 0 || isUnknown) && (
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
		</div>
	);
}
