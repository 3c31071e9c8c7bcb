"use client";
import { expiryChoices, idleChoices } from "../../defaults/rule-choices.ts";
import { Select } from "../../ui/field";
import { CreateField } from "./create-field";
import { fieldMark } from "./field-mark.ts";
import type { CreateForm } from "./use-create-form.ts";

export function LifetimeSection(state: CreateForm) {
	const { form, draft, defaults, errorAt } = state;
	const idle = draft.auto_stop_idle_timeout ?? defaults?.auto_stop_idle_timeout.value ?? "never";
	const expiry = draft.expires_after ?? defaults?.expires_after.value ?? "never";
	const fields = [
		{
			field: "auto_stop_idle_timeout",
			label: "Stop when idle",
			hint: "Without terminal, SSH, command or preview. Files stay.",
			value: idle,
			choices: idleChoices,
		},
		{
			field: "expires_after",
			label: "Destroy",
			hint: "With its files. You can keep it longer before that.",
			value: expiry,
			choices: expiryChoices(expiry),
		},
	] as const;
	return (
		<div className="grid gap-3 sm:grid-cols-2">
			{fields.map(({ field, label, hint, value, choices }) => {
				const mark = fieldMark(state, field);
				return (
					<CreateField key={field} id={`new-${field}`} label={label} mark={mark} error={errorAt(field)} hint={hint}>
						<Select
							id={`new-${field}`}
							aria-describedby={`new-${field}-note`}
							className="w-full disabled:opacity-60"
							disabled={mark.isLocked === true}
							value={value}
							onChange={(event) => form.setValue(field, event.target.value)}
						>
							{choices.map((choice) => (
								<option key={choice.value} value={choice.value}>
									{choice.label}
								</option>
							))}
						</Select>
					</CreateField>
				);
			})}
		</div>
	);
}
