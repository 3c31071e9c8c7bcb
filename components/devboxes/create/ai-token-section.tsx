"use client";
import { aiTokenVariables } from "@/lib/domain/devbox-inputs.ts";
import { Field, Input } from "../../ui/field";
import type { CreateForm } from "./use-create-form.ts";

const tokens = [
	{ field: "claude_token", label: "Claude token", variable: aiTokenVariables.claude },
	{ field: "codex_token", label: "Codex token", variable: aiTokenVariables.codex },
] as const;

export function AiTokenSection({ form, errorAt }: CreateForm) {
	return (
		<div>
			<div className="grid gap-3 sm:grid-cols-2">
				{tokens.map(({ field, label, variable }) => (
					<Field key={field} id={`new-${field}`} label={label} error={errorAt(field)} hint={`There as ${variable}.`}>
						<Input
							id={`new-${field}`}
							type="password"
							autoComplete="off"
							aria-describedby={`new-${field}-note`}
							aria-invalid={errorAt(field) ? true : undefined}
							className="font-mono text-sm"
							{...form.register(field)}
						/>
					</Field>
				))}
			</div>
			<p className="mt-1 text-ink-faint text-xs">
				Given once: we delete it as soon as it is in the devbox, and it lasts until the devbox's first restart.
			</p>
		</div>
	);
}
