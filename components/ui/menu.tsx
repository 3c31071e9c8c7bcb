"use client";
import { DropdownMenu } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "../cn.ts";

export const Menu = DropdownMenu.Root;
export const MenuTrigger = DropdownMenu.Trigger;

type MenuContentProps = ComponentProps<typeof DropdownMenu.Content> & {
	/** Where it is put: in full screen only what is inside the full element is seen. */
	container?: HTMLElement | null;
};

export function MenuContent({ className, container, ...props }: MenuContentProps) {
	return (
		<DropdownMenu.Portal container={container}>
			<DropdownMenu.Content
				sideOffset={4}
				collisionPadding={8}
				className={cn(
					"scroll-quiet z-50 max-h-[min(28rem,80vh)] min-w-44 animate-rise overflow-y-auto rounded-lg border bg-raised p-1 text-sm shadow-pop",
					className,
				)}
				{...props}
			/>
		</DropdownMenu.Portal>
	);
}

const itemStyle =
	"flex h-7.5 cursor-default select-none items-center gap-2 rounded-md px-2 outline-none data-[disabled]:pointer-events-none data-[disabled]:opacity-50 [&_svg]:size-3.5";
const plainStyle = "data-[highlighted]:bg-hover [&_svg]:text-ink-faint";

export function MenuItem({
	className,
	isDanger,
	...props
}: ComponentProps<typeof DropdownMenu.Item> & { isDanger?: boolean }) {
	return (
		<DropdownMenu.Item
			className={cn(itemStyle, isDanger ? "text-bad data-[highlighted]:bg-bad-wash" : plainStyle, className)}
			{...props}
		/>
	);
}

export function MenuCheck({ className, children, ...props }: ComponentProps<typeof DropdownMenu.CheckboxItem>) {
	return (
		<DropdownMenu.CheckboxItem
			className={cn(itemStyle, plainStyle, className)}
			onSelect={(event) => event.preventDefault()}
			{...props}
		>
			<span className="grid size-3.5 place-items-center rounded-[4px] border border-line-strong bg-surface">
				<DropdownMenu.ItemIndicator className="size-2 rounded-[2px] bg-accent" />
			</span>
			{children}
		</DropdownMenu.CheckboxItem>
	);
}

export function MenuLabel({ className, ...props }: ComponentProps<typeof DropdownMenu.Label>) {
	return <DropdownMenu.Label className={cn("px-2 pt-1.5 pb-1 text-ink-faint text-xs", className)} {...props} />;
}

export function MenuSeparator() {
	return <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}
