"use client";
import { Dices } from "lucide-react";
import { suggestDevboxName } from "@/lib/domain/devbox-name.ts";
import { Button } from "../../ui/button";
import { Field, Input } from "../../ui/field";
import { Tooltip } from "../../ui/tooltip";
import type { CreateForm } from "./use-create-form.ts";

export function NameField({ form, errorAt }: CreateForm) {
	const error = errorAt("name");
	return (
		<Field
			id="new-name"
			label="Name"
			error={error}
			hint="Lower-case letters, digits and hyphens; it is the host name inside."
		>
			<div className="relative">
				<Input
					id="new-name"
					autoComplete="off"
					spellCheck={false}
					aria-invalid={error ? true : undefined}
					aria-describedby="new-name-note"
					className="pr-9 font-mono text-sm"
					{...form.register("name")}
				/>
				<Tooltip text="Suggest another">
					<Button
						look="quiet"
						size="iconSm"
						className="absolute top-0.5 right-0.5"
						aria-label="Suggest another"
						// What the dialog begins with: it is no loss, as a name that was typed is.
						onClick={() => form.resetField("name", { defaultValue: suggestDevboxName() })}
					>
						<Dices />
					</Button>
				</Tooltip>
			</div>
		</Field>
	);
}

/** The name is selected: Enter takes the suggestion, typing replaces it. */
export function focusName(event: Event): void {
	event.preventDefault();
	const input = document.getElementById("new-name");
	if (input instanceof HTMLInputElement) input.select();
}
