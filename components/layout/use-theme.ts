"use client";
import { useSyncExternalStore } from "react";
import { isDarkNow, readTheme, subscribeToTheme, type Theme } from "./theme.ts";

export function useTheme(): Theme {
	return useSyncExternalStore(subscribeToTheme, readTheme, () => "system");
}

export function useIsDark(): boolean {
	return useSyncExternalStore(subscribeToTheme, isDarkNow, () => false);
}
