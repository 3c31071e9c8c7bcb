"use client";
import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

/**
 * The address's parameters, and a way to change them without asking the server for the page again. `push` makes a step that Back
 * undoes (a tab, a dialog); `replace` does not (a filter that is being typed).
 */
export function useSearchParamsState(): [
	URLSearchParams,
	(change: (params: URLSearchParams) => void, how?: "push" | "replace") => void,
] {
	const params = useSearchParams();
	const change = useCallback((edit: (next: URLSearchParams) => void, how: "push" | "replace" = "push") => {
		const next = new URLSearchParams(window.location.search);
		edit(next);
		const text = next.toString().replaceAll("%2C", ",");
		const url = text ? `?${text}` : window.location.pathname;
		if (how === "push") window.history.pushState(null, "", url);
		else window.history.replaceState(null, "", url);
	}, []);
	return [new URLSearchParams(params.toString()), change];
}
