"use client";
import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

/** A yes or no that this browser keeps; no until it was set. */
export function useStoredFlag(key: string): [boolean, (value: boolean) => void] {
	const value = useSyncExternalStore(
		subscribe,
		() => localStorage.getItem(key) === "1",
		() => false,
	);
	const set = useCallback(
		(next: boolean) => {
			localStorage.setItem(key, next ? "1" : "0");
			for (const listener of listeners) listener();
		},
		[key],
	);
	return [value, set];
}
