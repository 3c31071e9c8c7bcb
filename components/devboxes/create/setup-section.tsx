"use client";
import { setupLimits } from "@/lib/domain/devbox-inputs.ts";
import { Input } from "../../ui/field";
import { TextArea } from "../../ui/text-area";
import { CreateField } from "./create-field";
import { fieldMark } from "./field-mark.ts";
import type { CreateForm } from "./use-create-form.ts";

export function SetupSection(state: CreateForm) {
	const { form, draft, defaults, errorAt } = state;
	const commands = fieldMark(state, "setup_commands");
	const timeout = fieldMark(state, "setup_timeout_seconds");
	const errors = { commands: errorAt("setup_commands"), timeout: errorAt("setup_timeout_seconds") };
	return (
		<div className="flex flex-col gap-3">
			<CreateField
				id="new-setup"
				label="Setup commands"
				mark={commands}
				error={errors.commands}
				hint="One a line, run in order by bash in the repository, or in /workspaces without one. The first that fails fails the devbox, which stays for an hour to look into."
			>
				<TextArea
					id="new-setup"
					rows={3}
					spellCheck={false}
					aria-describedby="new-setup-note"
					aria-invalid={errors.commands ? true : undefined}
					className="font-mono text-sm"
					placeholder={"npm ci\nnpm run build"}
					disabled={commands.isLocked === true}
					value={draft.setup_commands ?? defaults?.setup_commands.value.join("\n") ?? ""}
					onChange={(event) => form.setValue("setup_commands", event.target.value)}
				/>
			</CreateField>
			<CreateField
				id="new-timeout"
				label="Setup timeout, seconds"
				mark={timeout}
				error={errors.timeout}
				hint={`For all of them together: ${setupLimits.timeoutSecondsMin} to ${setupLimits.timeoutSecondsMax}.`}
			>
				<Input
					id="new-timeout"
					inputMode="numeric"
					aria-describedby="new-timeout-note"
					aria-invalid={errors.timeout ? true : undefined}
					className="max-w-32 nums disabled:opacity-60"
					disabled={timeout.isLocked === true}
					value={draft.setup_timeout_seconds ?? defaults?.setup_timeout_seconds.value ?? ""}
					onChange={(event) => form.setValue("setup_timeout_seconds", event.target.value)}
				/>
			</CreateField>
		</div>
	);
}
