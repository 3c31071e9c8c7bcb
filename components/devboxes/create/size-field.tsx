"use client";
import { SizeCards } from "../size-cards";
import { DefaultMark } from "./default-mark";
import { fieldMark } from "./field-mark.ts";
import type { CreateForm } from "./use-create-form.ts";

export function SizeField(state: CreateForm) {
	const { form, draft, defaults, errorAt } = state;
	const mark = fieldMark(state, "size");
	const error = errorAt("size");
	return (
		<div>
			<div className="mb-1 flex flex-wrap items-center justify-between gap-x-2">
				<p id="new-size" className="font-medium text-ink-soft text-sm">
					Size
				</p>
				<DefaultMark {...mark} label="Size" />
			</div>
			<SizeCards
				labelledBy="new-size"
				value={draft.size ?? defaults?.size.value ?? ""}
				isDisabled={mark.isLocked === true}
				onChange={(size) => form.setValue("size", size, { shouldValidate: form.formState.isSubmitted })}
			/>
			{error && (
				<p role="alert" className="text-bad text-xs">
					{error}
				</p>
			)}
		</div>
	);
}
