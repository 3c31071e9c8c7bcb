"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import type { MetricsResponse } from "@/lib/contract/devbox-machine.ts";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { formatBytes } from "../text/format-size.ts";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { devboxQueries } from "./devbox-queries.ts";

const TimeChart = dynamic(() => import("./time-chart").then((module) => module.TimeChart), {
	ssr: false,
	loading: () => <Skeleton className="h-[72px] w-full" />,
});

type Sample = MetricsResponse["data"][number];
type Metric = {
	id: string;
	label: string;
	color: string;
	read: (sample: Sample) => number | null;
	max: (box: DevboxResponse) => number;
	format: (value: number) => string;
	/** What the maximum is called. */
	of: (box: DevboxResponse) => string;
};

const mib = 1024 * 1024;
const gib = 1024 * mib;

const metrics: Metric[] = [
	{
		id: "cpu",
		label: "CPU",
		color: "--working",
		read: (sample) => sample.cpu_percent / 100,
		max: (box) => box.vcpus ?? 1,
		format: (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} vCPU`,
		of: (box) => `of ${box.vcpus ?? "?"}`,
	},
	{
		id: "memory",
		label: "Memory",
		color: "--accent",
		read: (sample) => sample.memory_bytes,
		max: (box) => (box.memory_mib ?? 1024) * mib,
		format: formatBytes,
		of: (box) => (box.memory_mib ? `of ${formatBytes(box.memory_mib * mib)}` : ""),
	},
	{
		id: "disk",
		label: "Disk",
		color: "--good",
		read: (sample) => sample.disk_bytes,
		max: (box) => (box.disk_gib ?? 100) * gib,
		format: formatBytes,
		of: (box) => (box.disk_gib ? `of ${box.disk_gib} GiB` : ""),
	},
];

/** What the box used in the last hour. */
export function MetricCharts({ box }: { box: DevboxResponse }) {
	const { data, error, refetch } = useQuery({
		...devboxQueries.metrics(box.id),
		refetchInterval: box.power === "running" ? 10_000 : false,
	});
	return (
		<section aria-labelledby="metrics">
			<h2 id="metrics" className="mb-2 font-medium text-ink-faint text-xs">
				Last hour
			</h2>
			{error && !data && <ErrorNote error={error} onRetry={() => void refetch()} />}
			{!error && !data && <Skeleton className="h-[330px] w-full rounded-lg" />}
			{data && (
				<div className="divide-y divide-line rounded-lg border bg-surface">
					{metrics.map((metric) => (
						<MetricChart key={metric.id} metric={metric} box={box} samples={data} />
					))}
				</div>
			)}
		</section>
	);
}

function MetricChart({ metric, box, samples }: { metric: Metric; box: DevboxResponse; samples: Sample[] }) {
	const points = samples.map((sample) => ({ at: Date.parse(sample.at) / 1000, value: metric.read(sample) }));
	const last = points.findLast((point) => point.value !== null)?.value ?? null;
	const isLive = box.power === "running";
	return (
		<div className="px-3.5 pt-2.5 pb-1.5">
			<div className="flex items-baseline gap-1.5 text-sm">
				<span className="text-ink-soft">{metric.label}</span>
				<span className="ml-auto font-medium nums">{last !== null && isLive ? metric.format(last) : "–"}</span>
				<span className="text-ink-faint text-xs nums">{metric.of(box)}</span>
			</div>
			<TimeChart
				points={points}
				max={metric.max(box)}
				color={metric.color}
				format={metric.format}
				label={`${metric.label} of the last hour`}
			/>
		</div>
	);
}
