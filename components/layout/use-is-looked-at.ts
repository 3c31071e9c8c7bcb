"use client";
import { useEffect, useState } from "react";

/** A tab may be in the background this long before it counts as left, ms. */
const lingerMs = 30_000;

/** False once the tab has been hidden for a while, true again as soon as it is shown. */
export function useIsLookedAt(): boolean {
	const [isLookedAt, setLookedAt] = useState(true);
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | null = null;
		const onChange = () => {
			if (timer) clearTimeout(timer);
			timer = null;
			if (document.hidden) timer = setTimeout(() => setLookedAt(false), lingerMs);
			else setLookedAt(true);
		};
		onChange();
		document.addEventListener("visibilitychange", onChange);
		return () => {
			if (timer) clearTimeout(timer);
			document.removeEventListener("visibilitychange", onChange);
		};
	}, []);
	return isLookedAt;
}
