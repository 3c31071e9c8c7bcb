import { cloneElement, type ReactElement } from "react";

type TooltipProps = {
	text: string;
	keys?: string;
	side?: "top" | "right" | "bottom" | "left";
	children: ReactElement<Record<string, unknown>>;
};

/** Marks its child for the one `TipLayer`: a thousand rows share one tooltip. The child names itself; this is for the eye alone. */
export function Tooltip({ text, keys, side = "bottom", children }: TooltipProps) {
	return cloneElement(children, { "data-tip": text, "data-tip-keys": keys, "data-tip-side": side });
}
