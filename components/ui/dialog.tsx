"use client";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "../cn.ts";
import { Button } from "./button";

export const Dialog = Primitive.Root;

type DialogContentProps = ComponentProps<typeof Primitive.Content> & {
	title: string;
	description?: ReactNode;
	width?: string;
	/** It has something that Esc or a click beside must not lose: only its buttons close it. */
	holdsWork?: boolean;
};

/** What is not inside the element in full screen cannot be seen. */
function portalContainer(): HTMLElement | undefined {
	const full = typeof document === "undefined" ? null : document.fullscreenElement;
	return full instanceof HTMLElement ? full : undefined;
}

/** Centred from 640 px on; below it sits at the foot of the screen, where thumbs are. */
export function DialogContent({
	title,
	description,
	width = "sm:max-w-lg",
	holdsWork = false,
	className,
	children,
	...props
}: DialogContentProps) {
	const onStray = (event: Event) => holdsWork && event.preventDefault();
	return (
		<Primitive.Portal container={portalContainer()}>
			<Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
			<Primitive.Content
				className={cn(
					"fixed inset-x-0 bottom-0 z-50 flex max-h-[92dvh] animate-rise flex-col rounded-t-xl border bg-raised shadow-pop outline-none",
					"sm:inset-x-auto sm:top-[12vh] sm:bottom-auto sm:left-1/2 sm:max-h-[80vh] sm:w-[calc(100vw-2rem)] sm:-translate-x-1/2 sm:rounded-xl",
					width,
					className,
				)}
				onInteractOutside={onStray}
				onEscapeKeyDown={onStray}
				{...(description ? {} : { "aria-describedby": undefined })}
				{...props}
			>
				<header className="flex items-start gap-3 px-5 pt-4 pb-3">
					<div className="min-w-0 flex-1">
						<Primitive.Title className="font-semibold text-lg tracking-[-0.01em]">{title}</Primitive.Title>
						{description && (
							<Primitive.Description className="mt-0.5 text-ink-soft text-sm">{description}</Primitive.Description>
						)}
					</div>
					<Primitive.Close asChild>
						<Button look="quiet" size="iconSm" className="-mt-0.5 -mr-2" aria-label="Close">
							<X />
						</Button>
					</Primitive.Close>
				</header>
				{children}
			</Primitive.Content>
		</Primitive.Portal>
	);
}

export function DialogBody({ className, ...props }: ComponentProps<"div">) {
	return <div className={cn("scroll-quiet min-h-0 flex-1 overflow-y-auto px-5 pb-5", className)} {...props} />;
}

export function DialogFooter({ className, ...props }: ComponentProps<"footer">) {
	return <footer className={cn("flex items-center justify-end gap-2 border-t px-5 py-3", className)} {...props} />;
}
