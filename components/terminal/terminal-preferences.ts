"use client";
import { useSyncExternalStore } from "react";

/** What this browser keeps about terminals. */
export type TerminalPreferences = {
	/** CSS pixels. */
	fontSize: number;
	/** Programs in a box may write the clipboard (OSC 52). They never read it. */
	allowsClipboardWrite: boolean;
};

export const fontSizeBounds = { min: 9, max: 24 } as const;
const defaults: TerminalPreferences = { fontSize: 13, allowsClipboardWrite: false };
const storageKey = "devbox.terminal";
const listeners = new Set<() => void>();
let current: TerminalPreferences | null = null;

export function parsePreferences(text: string | null): TerminalPreferences {
	let stored: unknown = null;
	try {
		stored = JSON.parse(text ?? "null");
	} catch {
		// Written by something else: the defaults stand.
		stored = null;
	}
	if (typeof stored !== "object" || stored === null) return defaults;
	const { fontSize, allowsClipboardWrite } = stored as Partial<TerminalPreferences>;
	return {
		fontSize: typeof fontSize === "number" ? clampFontSize(fontSize) : defaults.fontSize,
		allowsClipboardWrite: allowsClipboardWrite === true,
	};
}

export function clampFontSize(size: number): number {
	return Math.max(fontSizeBounds.min, Math.min(fontSizeBounds.max, Math.round(size)));
}

export function readTerminalPreferences(): TerminalPreferences {
	current ??= parsePreferences(localStorage.getItem(storageKey));
	return current;
}

export function changeTerminalPreferences(change: Partial<TerminalPreferences>): void {
	current = { ...readTerminalPreferences(), ...change };
	localStorage.setItem(storageKey, JSON.stringify(current));
	for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

export function useTerminalPreferences(): TerminalPreferences {
	return useSyncExternalStore(subscribe, readTerminalPreferences, () => defaults);
}
