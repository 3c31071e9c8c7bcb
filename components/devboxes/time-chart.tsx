"use client";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useElementWidth } from "../layout/use-element-width.ts";
import { useIsDark } from "../layout/use-theme.ts";

type Point = { at: number; value: number | null };
type TimeChartProps = { points: Point[]; max: number; color: string; format: (value: number) => string; label: string };

const heightPx = 72;
const hourSeconds = 3600;
/** Samples further apart than this are not joined: the box was off in between. */
const gapSeconds = 90;

/** One line over the last hour, with its value under the pointer. */
export function TimeChart({ points, max, color, format, label }: TimeChartProps) {
	const holder = useRef<HTMLDivElement>(null);
	const readout = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot | null>(null);
	const width = useElementWidth(holder);
	const isDark = useIsDark();
	const latest = useRef({ points, format });
	useEffect(() => {
		latest.current = { points, format };
	});
	// The plot is made for a size and a theme; new points only go into it.
	// biome-ignore lint/correctness/useExhaustiveDependencies: `isDark` says that the variables read below have changed
	useEffect(() => {
		const element = holder.current;
		if (!element || !width) return;
		const style = getComputedStyle(document.documentElement);
		const stroke = style.getPropertyValue(color).trim();
		const made = new uPlot(
			{
				width,
				height: heightPx,
				padding: [6, 0, 0, 0],
				legend: { show: false },
				axes: [{ show: false }, { show: false }],
				cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
				scales: { x: { time: true, range: () => lastHour() }, y: { range: (_, __, top) => [0, niceTop(top, max)] } },
				series: [
					{},
					{ stroke, width: 1.5, fill: `color-mix(in oklch, ${stroke} 12%, transparent)`, points: { show: false } },
				],
				hooks: { setCursor: [(chart) => showReadout(chart, readout.current, latest.current.format)] },
			},
			withGaps(latest.current.points),
			element,
		);
		plot.current = made;
		return () => {
			made.destroy();
			plot.current = null;
		};
	}, [width, color, max, isDark]);
	useEffect(() => {
		plot.current?.setData(withGaps(points));
	}, [points]);
	return (
		<div className="relative">
			<div
				ref={holder}
				role="img"
				aria-label={label}
				style={{ height: heightPx }}
				className="[&_.u-over]:absolute [&_.u-under]:absolute [&_canvas]:block [&_.u-wrap]:relative [&_.uplot]:relative"
			/>
			<div
				ref={readout}
				hidden
				className="pointer-events-none absolute top-0 left-0 whitespace-nowrap rounded border bg-raised px-1.5 text-xs shadow-pop nums"
			/>
		</div>
	);
}

function lastHour(): [number, number] {
	const now = Date.now() / 1000;
	return [now - hourSeconds, now];
}

/** A quiet box is not drawn as a flat line at the foot of its limit: the scale follows use, within the limit. */
function niceTop(top: number, max: number): number {
	return Math.min(max, Math.max(max * 0.05, (top || 0) * 1.25));
}

function withGaps(points: Point[]): uPlot.AlignedData {
	const xs: number[] = [];
	const ys: (number | null)[] = [];
	for (const [index, point] of points.entries()) {
		const before = points[index - 1];
		if (before && point.at - before.at > gapSeconds) {
			xs.push(before.at + 1);
			ys.push(null);
		}
		xs.push(point.at);
		ys.push(point.value);
	}
	return [xs, ys];
}

function showReadout(chart: uPlot, element: HTMLDivElement | null, format: (value: number) => string): void {
	if (!element) return;
	const index = chart.cursor.idx;
	const value = index == null ? null : chart.data[1]?.[index];
	const at = index == null ? null : chart.data[0][index];
	element.hidden = value == null || at == null;
	if (value == null || at == null) return;
	const time = new Date(at * 1000).toLocaleTimeString(undefined, {
		hour: "2-digit",
		minute: "2-digit",
		second: "2-digit",
	});
	element.textContent = `${time}  ${format(value)}`;
	const left = Math.min((chart.cursor.left ?? 0) + 8, chart.width - element.offsetWidth);
	element.style.transform = `translateX(${Math.max(0, left)}px)`;
}
