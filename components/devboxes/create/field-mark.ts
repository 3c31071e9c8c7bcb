import type { DefaultField } from "@/lib/domain/workspace-defaults.ts";
import type { CreateDraft } from "./create-draft.ts";
import type { CreateForm } from "./use-create-form.ts";

type MarkedField = Exclude<DefaultField, "devboxes_per_member"> & keyof CreateDraft;

/** What stands beside a field that the workspace has a default for. */
export function fieldMark({ form, draft, defaults }: CreateForm, field: MarkedField) {
	const isTouched = draft[field] !== undefined || (field === "repository" && draft.branch !== undefined);
	return {
		isLocked: defaults?.[field].locked,
		isTouched,
		onReset: () => {
			form.setValue(field, undefined);
			if (field === "repository") form.setValue("branch", undefined);
			form.clearErrors(field);
		},
	};
}
