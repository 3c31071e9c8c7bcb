import type { ComponentProps } from "react";
import { cn } from "../cn.ts";

export function TextArea({ className, ...props }: ComponentProps<"textarea">) {
	return (
		<textarea
			className={cn(
				"block w-full rounded-md border border-line-strong bg-surface px-2.5 py-1.5 text-base text-ink outline-offset-0 placeholder:text-ink-faint disabled:opacity-60 aria-invalid:border-bad",
				className,
			)}
			{...props}
		/>
	);
}
