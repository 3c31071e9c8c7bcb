"use client";
import type { ReactNode } from "react";
import { cn } from "../../cn.ts";
import { DefaultMark, type MarkProps } from "./default-mark";

type CreateFieldProps = {
	id: string;
	label: string;
	mark?: Omit<MarkProps, "label"> | undefined;
	hint?: ReactNode;
	error?: string | undefined;
	children: ReactNode;
};

/** A field with where its value comes from beside its label. The control has the id, and names `<id>-note` in aria-describedby. */
export function CreateField({ id, label, mark, hint, error, children }: CreateFieldProps) {
	return (
		<div className="min-w-0">
			<div className="mb-1 flex flex-wrap items-center justify-between gap-x-2">
				<label htmlFor={id} className="font-medium text-ink-soft text-sm">
					{label}
				</label>
				{mark && <DefaultMark {...mark} label={label} />}
			</div>
			{children}
			{(error || hint) && (
				<p
					id={`${id}-note`}
					className={cn("mt-1 text-xs", error ? "text-bad" : "text-ink-faint")}
					role={error ? "alert" : undefined}
				>
					{error ?? hint}
				</p>
			)}
		</div>
	);
}
