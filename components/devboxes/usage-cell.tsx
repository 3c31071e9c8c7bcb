"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useViewer } from "../layout/viewer";
import { formatBytes } from "../text/format-size.ts";
import { devboxQueries } from "./devbox-queries.ts";
import type { ListedDevbox } from "./listed-devbox.ts";
import { Sparkline } from "./sparkline";

/** A row that only flies past while one scrolls asks for nothing. */
const settleMs = 300;
const everyMs = 30_000;
const pointsMax = 40;

export function UsageCell({ box }: { box: ListedDevbox }) {
	const [isSettled, setSettled] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => setSettled(true), settleMs);
		return () => clearTimeout(timer);
	}, []);
	const { userId } = useViewer();
	// Another's numbers are not shown.
	const isOn = box.power === "running" && box.owner.id === userId;
	const { data } = useQuery({ ...devboxQueries.metrics(box.id, everyMs), enabled: isSettled && isOn, retry: false });
	const last = data?.at(-1);
	if (!isOn || !last) return <span className="text-ink-faint">{isOn ? "" : "–"}</span>;
	const recent = data?.slice(-pointsMax) ?? [];
	const cpuMax = 100 * (box.vcpus ?? 1);
	return (
		<span className="flex items-center gap-2 whitespace-nowrap text-xs nums">
			<Sparkline values={recent.map((sample) => sample.cpu_percent)} max={cpuMax} className="text-working" />
			<span className="w-9 text-right text-ink-soft" title={`CPU, of ${box.vcpus ?? "?"} vCPUs`}>
				{Math.round((last.cpu_percent / cpuMax) * 100)}%
			</span>
			<span className="w-14 text-right text-ink-soft" title="Memory">
				{formatBytes(last.memory_bytes)}
			</span>
		</span>
	);
}
