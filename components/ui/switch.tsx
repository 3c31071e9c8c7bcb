"use client";
import { Switch as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "../cn.ts";

/** For what takes effect at once; a form has a checkbox. */
export function Switch({ className, ...props }: ComponentProps<typeof Primitive.Root>) {
	return (
		<Primitive.Root
			className={cn(
				"inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-line-strong bg-hover px-0.5 transition-colors duration-100 disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent",
				className,
			)}
			{...props}
		>
			<Primitive.Thumb className="block size-3.5 rounded-full bg-ink-soft transition-transform duration-100 data-[state=checked]:translate-x-4 data-[state=checked]:bg-accent-ink" />
		</Primitive.Root>
	);
}
