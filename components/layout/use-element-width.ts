"use client";
import { type RefObject, useEffect, useState } from "react";

/** The content width of an element in CSS pixels; null until it was measured. */
export function useElementWidth(ref: RefObject<HTMLElement | null>): number | null {
	const [width, setWidth] = useState<number | null>(null);
	useEffect(() => {
		const element = ref.current;
		if (!element) return;
		setWidth(element.clientWidth);
		const observer = new ResizeObserver(() => setWidth(element.clientWidth));
		observer.observe(element);
		return () => observer.disconnect();
	}, [ref]);
	return width;
}
