"use client";
import { parseDomains } from "@/lib/domain/egress-policy.ts";
import { Field } from "../ui/field";
import { TextArea } from "../ui/text-area";

/** A list of names as somebody writes it. `problem`: what is wrong with the first that is at fault. */
export function readDomainText(text: string): { domains: string[]; problem: string | null } {
	const { domains, problems } = parseDomains(text.split(/[\s,]+/).filter(Boolean));
	return { domains, problem: problems[0]?.message ?? null };
}

type DomainListFieldProps = {
	id: string;
	label?: string;
	text: string;
	error: string | null | undefined;
	disabled?: boolean;
	onChange: (text: string) => void;
};

export function DomainListField({ id, label = "Names", text, error, disabled, onChange }: DomainListFieldProps) {
	return (
		<Field
			id={id}
			label={label}
			hint="One on each line. *.example.com is every name below example.com."
			error={error ?? null}
		>
			<TextArea
				id={id}
				rows={Math.min(12, Math.max(4, text.split("\n").length + 1))}
				spellCheck={false}
				value={text}
				disabled={disabled}
				aria-describedby={`${id}-note`}
				aria-invalid={error ? true : undefined}
				onChange={(event) => onChange(event.target.value)}
				className="font-mono text-sm"
			/>
		</Field>
	);
}
