"use client";
import { useEffect, useRef } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { cn } from "../cn.ts";
import { useViewer } from "../layout/viewer";

const tabs = ["overview", "terminal", "connect", "files", "commands", "ports", "network", "settings"] as const;
export type DevboxTab = (typeof tabs)[number];

const labels: Record<DevboxTab, string> = {
	overview: "Overview",
	terminal: "Terminal",
	connect: "Connect",
	files: "Files",
	commands: "Commands",
	ports: "Ports",
	network: "Network",
	settings: "Settings",
};

/** What is in a box is for its owner; what is destroyed has nothing but its history. */
export function devboxTabs(box: DevboxResponse, viewerId: string): readonly DevboxTab[] {
	return box.state === "destroyed" || box.owner.id !== viewerId ? tabs.slice(0, 1) : tabs;
}

/** The tab that the address names; the overview for one that this box does not have for this viewer. */
export function readDevboxTab(params: URLSearchParams, box: DevboxResponse, viewerId: string): DevboxTab {
	return devboxTabs(box, viewerId).find((tab) => tab === params.get("tab")) ?? "overview";
}

type DevboxTabsProps = { box: DevboxResponse; value: DevboxTab; onChange: (tab: DevboxTab) => void };

/** Arrow keys move along the tabs, as in any tab list. */
export function DevboxTabs({ box, value, onChange }: DevboxTabsProps) {
	const list = useRef<HTMLDivElement>(null);
	// On a narrow screen the tab may lie past the edge.
	useEffect(() => {
		list.current?.querySelector(`#tab-${value}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
	}, [value]);
	const { userId } = useViewer();
	const shown = devboxTabs(box, userId);
	const move = (by: number) => {
		const next = shown[(shown.indexOf(value) + by + shown.length) % shown.length];
		if (!next) return;
		onChange(next);
		list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
	};
	return (
		<div
			ref={list}
			role="tablist"
			aria-label="Devbox"
			className="scroll-none flex gap-4 overflow-x-auto overflow-y-hidden"
			onKeyDown={(event) => {
				if (event.key === "ArrowRight") move(1);
				if (event.key === "ArrowLeft") move(-1);
			}}
		>
			{shown.map((tab) => (
				<button
					key={tab}
					id={`tab-${tab}`}
					type="button"
					role="tab"
					aria-selected={tab === value}
					tabIndex={tab === value ? 0 : -1}
					onClick={() => onChange(tab)}
					className={cn(
						"h-9 shrink-0 border-b-2 px-0.5 font-medium text-sm hover:text-ink",
						tab === value ? "border-accent text-ink" : "border-transparent text-ink-soft",
					)}
				>
					{labels[tab]}
				</button>
			))}
		</div>
	);
}
