"use client";
import { Select } from "../../ui/field";
import { CreateField } from "./create-field";
import type { CreateForm } from "./use-create-form.ts";

export function VisibilitySection({ form, errorAt }: CreateForm) {
	return (
		<CreateField
			id="new-access"
			label="Who sees it"
			error={errorAt("access_mode")}
			hint="Whoever sees it, nobody but you enters it."
		>
			<Select id="new-access" aria-describedby="new-access-note" className="w-full" {...form.register("access_mode")}>
				<option value="private">Only you</option>
				<option value="workspace">Every member of the workspace</option>
			</Select>
		</CreateField>
	);
}
