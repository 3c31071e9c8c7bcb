"use client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect } from "react";

/** Rows of a long list, of which only those in view exist. All are as high as each other; `rowPx` may change with the width. */
export function useVirtualRows(o: {
	scroller: RefObject<HTMLDivElement | null>;
	count: number;
	rowPx: number;
	keyOf: (index: number) => string | undefined;
}) {
	const { scroller, rowPx, keyOf } = o;
	const virtualizer = useVirtualizer({
		count: o.count,
		getScrollElement: () => scroller.current,
		estimateSize: () => rowPx,
		getItemKey: (index) => keyOf(index) ?? index,
		overscan: 12,
	});
	// biome-ignore lint/correctness/useExhaustiveDependencies: what was measured is of another height than `rowPx` now is
	useEffect(() => {
		virtualizer.measure();
	}, [rowPx, virtualizer]);
	return virtualizer;
}
