import { cn } from "../cn.ts";

type SparklineProps = { values: readonly number[]; max: number; className?: string };

const width = 56;
const height = 16;

/** A line without axes: shape only, the number stands beside it. */
export function Sparkline({ values, max, className }: SparklineProps) {
	if (values.length < 2) return <span className={cn("inline-block", className)} style={{ width, height }} />;
	const step = width / (values.length - 1);
	const y = (value: number) => height - 1 - (Math.min(value, max) / (max || 1)) * (height - 2);
	const line = values.map((value, index) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
	return (
		<svg aria-hidden width={width} height={height} className={cn("shrink-0 overflow-visible", className)}>
			<polygon points={`0,${height} ${line} ${width},${height}`} fill="currentColor" opacity="0.12" />
			<polyline points={line} fill="none" stroke="currentColor" strokeWidth="1.25" strokeLinejoin="round" />
		</svg>
	);
}
