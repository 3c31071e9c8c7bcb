"use client";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import type { DefaultsForm } from "./use-defaults-form.ts";

/** Stays in view while something is changed and not saved. */
export function SaveBar({ state }: { state: DefaultsForm }) {
	const { hasChanges, isSaving, error, isOutdated } = state;
	if (!hasChanges && !error) return null;
	return (
		<div className="sticky bottom-3 z-10 mt-4 flex flex-col gap-3 rounded-lg border bg-raised px-4 py-3 shadow-pop">
			{error !== null && (
				<ErrorNote
					title={isOutdated ? "Somebody else changed the defaults meanwhile" : "The defaults were not changed"}
					error={error}
				/>
			)}
			<div className="flex flex-wrap items-center justify-end gap-2">
				<p className="mr-auto text-ink-soft text-sm">Not saved yet. It will hold for devboxes made from then on.</p>
				<Button onClick={state.discard}>{isOutdated ? "Load what holds now" : "Discard"}</Button>
				{!isOutdated && (
					<Button type="submit" look="primary" isBusy={isSaving}>
						Save defaults
					</Button>
				)}
			</div>
		</div>
	);
}
