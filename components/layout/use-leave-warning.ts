"use client";
import { useEffect } from "react";

/** The browser asks before a reload or a closed tab loses what is under way. */
export function useLeaveWarning(isActive: boolean): void {
	useEffect(() => {
		if (!isActive) return;
		const ask = (event: BeforeUnloadEvent) => event.preventDefault();
		window.addEventListener("beforeunload", ask);
		return () => window.removeEventListener("beforeunload", ask);
	}, [isActive]);
}
