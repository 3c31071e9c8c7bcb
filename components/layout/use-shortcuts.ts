"use client";
import { useEffect, useRef } from "react";

/** Key as `event.key` says, without Ctrl, Alt or Meta. A handler that answers false leaves the key to the browser. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => boolean | undefined>>;

/** Inputs that take a click and Space, but no text. */
const ticked = ["checkbox", "radio"];

function isTyping(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	if (target instanceof HTMLInputElement && ticked.includes(target.type)) return false;
	return (
		target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest(".xterm") !== null
	);
}

function isOverlayOpen(): boolean {
	return (
		document.querySelector(
			'[role="dialog"][data-state="open"], [role="menu"][data-state="open"], [role="alertdialog"]',
		) !== null
	);
}

/** Single-key shortcuts of a page: silent while one types, in a terminal, and under a dialog or menu. */
export function useShortcuts(shortcuts: Shortcuts): void {
	const latest = useRef(shortcuts);
	useEffect(() => {
		latest.current = shortcuts;
	});
	useEffect(() => {
		const onKeyDown = (event: KeyboardEvent) => {
			if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
			if (isTyping(event.target) || isOverlayOpen()) return;
			const handler = latest.current[event.key];
			if (handler && handler(event) !== false) event.preventDefault();
		};
		document.addEventListener("keydown", onKeyDown);
		return () => document.removeEventListener("keydown", onKeyDown);
	}, []);
}
