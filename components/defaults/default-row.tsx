"use client";
import type { ReactNode } from "react";
import type { DefaultField } from "@/lib/domain/workspace-defaults.ts";
import { cn } from "../cn.ts";
import { LockSwitch } from "./lock-switch";
import type { DefaultsForm } from "./use-defaults-form.ts";

type DefaultRowProps = {
	state: DefaultsForm;
	field: DefaultField;
	label: string;
	hint: string;
	error?: string | undefined;
	children: ReactNode;
};

/** One default: what it is, its value, and whether anybody may differ. The control has the id `default-<field>`. */
export function DefaultRow({ state, field, label, hint, error, children }: DefaultRowProps) {
	const id = `default-${field}`;
	const { form, draft } = state;
	return (
		<div className="grid gap-x-6 gap-y-2 px-4 py-4 sm:grid-cols-[13rem_minmax(0,1fr)]">
			<div className="flex items-start justify-between gap-3 sm:flex-col sm:justify-start">
				<label htmlFor={id} className="font-medium text-sm">
					{label}
				</label>
				<LockSwitch
					label={label}
					isLocked={draft.locked[field]}
					onChange={(isLocked) => form.setValue(`locked.${field}`, isLocked, { shouldDirty: true })}
				/>
			</div>
			<div className="min-w-0">
				{children}
				<p
					id={`${id}-note`}
					className={cn("mt-1 text-xs", error ? "text-bad" : "text-ink-faint")}
					role={error ? "alert" : undefined}
				>
					{error ?? hint}
				</p>
			</div>
		</div>
	);
}
