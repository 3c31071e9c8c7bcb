type Box = { left: number; top: number; width: number; height: number };
type Size = { width: number; height: number };

const gapPx = 6;
const edgePx = 8;

/** Where a tooltip goes: beside its target, and always inside the view. CSS pixels of the view. */
export function placeTip(o: { target: Box; size: Size; side: string; view: Size }): { left: number; top: number } {
	const { target, size, view } = o;
	let left = target.left + (target.width - size.width) / 2;
	let top = target.top + target.height + gapPx;
	if (o.side === "right") {
		left = target.left + target.width + gapPx;
		top = target.top + (target.height - size.height) / 2;
	} else if (o.side === "top" || top + size.height > view.height - edgePx) top = target.top - size.height - gapPx;
	return {
		left: Math.round(within(left, view.width - size.width)),
		top: Math.round(within(top, view.height - size.height)),
	};
}

function within(value: number, max: number): number {
	return Math.max(edgePx, Math.min(value, max - edgePx));
}
