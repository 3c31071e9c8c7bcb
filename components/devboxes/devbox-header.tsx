"use client";
import { ChevronLeft, Ellipsis, Play, Square, SquareTerminal, Trash2 } from "lucide-react";
import Link from "next/link";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { DevboxAction } from "@/lib/domain/devbox-state.ts";
import { cn } from "../cn.ts";
import { formatMib } from "../text/format-size.ts";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy-button";
import { MenuButton } from "../ui/menu-button";
import { Tooltip } from "../ui/tooltip";
import { devboxStatus } from "./devbox-status.ts";
import { type DevboxTab, DevboxTabs } from "./devbox-tabs";
import { StatusBadge, StatusDetail } from "./status-badge";

type DevboxHeaderProps = {
	box: DevboxResponse;
	tab: DevboxTab;
	onTab: (tab: DevboxTab) => void;
	onAction: (action: DevboxAction) => void;
	isBusy: boolean;
};

/** Name, state, reason, and what can be done now. Slim over the terminal, whose space it shares. */
export function DevboxHeader({ box, tab, onTab, onAction, isBusy }: DevboxHeaderProps) {
	const isTerminal = tab === "terminal";
	return (
		<header className={cn("border-b", !isTerminal && "bg-canvas")}>
			<div className={cn("mx-auto w-full px-4 sm:px-6", !isTerminal && "max-w-[1288px]")}>
				<div className={cn("flex flex-wrap items-center gap-x-3 gap-y-2", isTerminal ? "pt-2" : "pt-5")}>
					<div className="flex min-w-0 flex-1 basis-60 items-center gap-2.5">
						<Tooltip text="All devboxes" keys="u">
							<Link
								href="/devboxes"
								aria-label="All devboxes"
								className="-ml-1.5 rounded-md p-1 text-ink-faint hover:bg-hover hover:text-ink"
							>
								<ChevronLeft className="size-4" aria-hidden />
							</Link>
						</Tooltip>
						<h1
							className={cn(
								"truncate font-mono font-semibold tracking-[-0.02em]",
								isTerminal ? "text-base" : "text-xl",
							)}
							title={box.name}
						>
							{box.name}
						</h1>
						<CopyButton text={box.name} label="Copy the name" className="-ml-2 max-sm:hidden" />
						<StatusBadge box={box} />
						{!isTerminal && (
							<span className="min-w-0 truncate text-ink-faint text-xs max-lg:hidden">{summary(box)}</span>
						)}
					</div>
					<HeaderActions box={box} isTerminal={isTerminal} onAction={onAction} isBusy={isBusy} />
				</div>
				{!isTerminal && <HeaderReason box={box} isExplainedBelow={tab === "overview"} />}
				<div className={isTerminal ? "mt-0.5" : "mt-3"}>
					<DevboxTabs box={box} value={tab} onChange={onTab} />
				</div>
			</div>
		</header>
	);
}

function summary(box: DevboxResponse): string {
	const parts = [box.image, `size ${box.size}`];
	if (box.vcpus && box.memory_mib) parts.push(`${box.vcpus} vCPU, ${formatMib(box.memory_mib)}`);
	if (box.host) parts.push(box.host.name);
	return parts.join(" · ");
}

/** A good box needs no words; another says what it is doing, or why it is as it is. */
function HeaderReason({ box, isExplainedBelow }: { box: DevboxResponse; isExplainedBelow: boolean }) {
	if (box.state === "ready" && box.desired_state === "running") return null;
	if (isExplainedBelow && !devboxStatus(box).isBusy) return null;
	return <StatusDetail box={box} className="mt-1.5 block text-sm" />;
}

type HeaderActionsProps = {
	box: DevboxResponse;
	isTerminal: boolean;
	onAction: (action: DevboxAction) => void;
	isBusy: boolean;
};

function HeaderActions({ box, isTerminal, onAction, isBusy }: HeaderActionsProps) {
	const can = (action: DevboxAction) => box.actions.includes(action);
	return (
		<div className="flex items-center gap-2">
			{can("stop") && (
				<Button size={isTerminal ? "sm" : "md"} isBusy={isBusy} onClick={() => onAction("stop")}>
					<Square /> Stop
				</Button>
			)}
			{can("start") && (
				<Button look="primary" size={isTerminal ? "sm" : "md"} isBusy={isBusy} onClick={() => onAction("start")}>
					<Play /> Start
				</Button>
			)}
			{can("open_terminal") && !isTerminal && (
				<Button
					look="primary"
					onClick={() => onAction("open_terminal")}
					onPointerEnter={() => void import("../terminal/terminal-panel")}
				>
					<SquareTerminal /> Open terminal
				</Button>
			)}
			{can("destroy") && (
				<MenuButton
					entries={[
						{ kind: "item", label: "Destroy…", icon: Trash2, isDanger: true, onSelect: () => onAction("destroy") },
					]}
				>
					<Button look="quiet" size={isTerminal ? "iconSm" : "icon"} aria-label="More actions">
						<Ellipsis />
					</Button>
				</MenuButton>
			)}
		</div>
	);
}
