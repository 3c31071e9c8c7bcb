"use client";
import { Field, Input } from "../../ui/field";
import type { TailscaleTexts } from "./tailscale-texts.ts";

const texts = [
	{
		field: "client_id",
		label: "Client id",
		hint: "As Tailscale shows it for the federated identity. It is no secret.",
	},
	{ field: "tags", label: "Tags", hint: "With spaces between, as tag:devbox. The federated identity must own them." },
	{ field: "hostname", label: "Name of the node", hint: "{name} stands for the devbox's name." },
	{ field: "login_server", label: "Login server", hint: "Empty for Tailscale's own, else an https address." },
] as const satisfies readonly { field: keyof TailscaleTexts; label: string; hint: string }[];

type TailscaleFieldsProps = {
	value: TailscaleTexts;
	onChange: (changes: Partial<TailscaleTexts>) => void;
	errorAt: (field: string) => string | null;
	disabled?: boolean;
};

/** Of the workspace, or of one devbox. */
export function TailscaleFields({ value, onChange, errorAt, disabled = false }: TailscaleFieldsProps) {
	return texts.map(({ field, label, hint }) => (
		<Field key={field} id={`tailscale-${field}`} label={label} hint={hint} error={errorAt(field)}>
			<Input
				id={`tailscale-${field}`}
				aria-describedby={`tailscale-${field}-note`}
				aria-invalid={errorAt(field) ? true : undefined}
				autoComplete="off"
				spellCheck={false}
				disabled={disabled}
				className="font-mono text-sm disabled:opacity-60"
				value={value[field]}
				onChange={(event) => onChange({ [field]: event.target.value })}
			/>
		</Field>
	));
}

/** Whether an error stands at one of them already. */
export function isAtText(errorAt: (field: string) => string | null): boolean {
	return texts.some(({ field }) => errorAt(field));
}
