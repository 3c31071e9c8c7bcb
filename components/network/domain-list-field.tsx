"use client";
import { Field } from "../ui/field";
import { TextArea } from "../ui/text-area";

type DomainListFieldProps = {
	id: string;
	label?: string;
	text: string;
	error: string | null | undefined;
	disabled?: boolean | undefined;
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
