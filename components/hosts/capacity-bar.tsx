import { cn } from "../cn.ts";

type CapacityBarProps = {
	label: string;
	used: number | null;
	total: number | null;
	format: (value: number) => string;
	note?: string | null;
};

/** From here on, parts of the whole: new devboxes may have to wait. */
const warningFrom = 0.8;
const badFrom = 0.9;

export function CapacityBar({ label, used, total, format, note }: CapacityBarProps) {
	const share = used !== null && total ? Math.min(1, used / total) : null;
	const tone = share === null || share < warningFrom ? "bg-accent" : share < badFrom ? "bg-warning" : "bg-bad";
	return (
		<div>
			<p className="flex items-baseline justify-between gap-2 text-sm">
				<span className="text-ink-soft">{label}</span>
				<span className="nums">
					{used === null ? "unknown" : format(used)}
					{total !== null && <span className="text-ink-faint"> of {format(total)}</span>}
				</span>
			</p>
			{/* biome-ignore lint/a11y/useSemanticElements: browsers do not let a page style <meter> */}
			<div
				role="meter"
				aria-label={label}
				aria-valuemin={0}
				aria-valuemax={100}
				aria-valuenow={Math.round((share ?? 0) * 100)}
				className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-hover"
			>
				<div className={cn("h-full rounded-full", tone)} style={{ width: `${(share ?? 0) * 100}%` }} />
			</div>
			{note && <p className="mt-1 text-ink-faint text-xs">{note}</p>}
		</div>
	);
}
