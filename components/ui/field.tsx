import type { ComponentProps, ReactNode } from "react";
import { cn } from "../cn.ts";

export function Input({ className, ...props }: ComponentProps<"input">) {
	return (
		<input
			className={cn(
				"h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 text-base text-ink outline-offset-0 placeholder:text-ink-faint aria-invalid:border-bad",
				className,
			)}
			{...props}
		/>
	);
}

export function Select({ className, ...props }: ComponentProps<"select">) {
	return (
		<select
			className={cn(
				"h-8 rounded-md border border-line-strong bg-surface px-2 text-base text-ink aria-invalid:border-bad",
				className,
			)}
			{...props}
		/>
	);
}

type FieldProps = { id: string; label: string; hint?: ReactNode; error?: string | null; children: ReactNode };

/** A label, its control, and under it what is wrong or what to know. The control names `<id>-note` in aria-describedby. */
export function Field({ id, label, hint, error, children }: FieldProps) {
	return (
		<div>
			<label htmlFor={id} className="mb-1 block font-medium text-ink-soft text-sm">
				{label}
			</label>
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
