"use client";
import { type ComponentProps, useEffect, useRef } from "react";
import { cn } from "../cn.ts";

type CheckboxProps = Omit<ComponentProps<"input">, "checked" | "type"> & { checked: boolean | "indeterminate" };

/** The browser's own, drawn as ours. */
export function Checkbox({ checked, className, ...props }: CheckboxProps) {
	const element = useRef<HTMLInputElement>(null);
	useEffect(() => {
		if (element.current) element.current.indeterminate = checked === "indeterminate";
	}, [checked]);
	return (
		<input
			ref={element}
			type="checkbox"
			checked={checked === true}
			readOnly={!props.onChange}
			className={cn("checkbox size-4 shrink-0", className)}
			{...props}
		/>
	);
}
