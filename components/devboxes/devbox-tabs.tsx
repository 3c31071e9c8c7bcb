"use client";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { useViewer } from "../layout/viewer";
import { TabList } from "../ui/tab-list";

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

export function DevboxTabs({ box, value, onChange }: DevboxTabsProps) {
	const { userId } = useViewer();
	const shown = devboxTabs(box, userId).map((id) => ({ id, label: labels[id] }));
	return <TabList label="Devbox" tabs={shown} value={value} onChange={onChange} />;
}
