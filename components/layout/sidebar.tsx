"use client";
import { PanelLeft } from "lucide-react";
import { cn } from "../cn.ts";
import { Button } from "../ui/button";
import { Tooltip } from "../ui/tooltip";
import { NavigationLinks } from "./navigation-links";
import { useStoredFlag } from "./use-stored-flag.ts";
import { UserMenu } from "./user-menu";
import { LogoMark, Wordmark } from "./wordmark";

export function Sidebar({ storageKey, onHelp }: { storageKey: string; onHelp: () => void }) {
	const [isCollapsed, setCollapsed] = useStoredFlag(storageKey);
	const label = isCollapsed ? "Expand navigation" : "Collapse navigation";
	return (
		<aside
			className={cn(
				"sticky top-0 hidden h-dvh shrink-0 flex-col border-r bg-sunken/60 p-2.5 md:flex",
				isCollapsed ? "w-14" : "w-56",
			)}
		>
			<div
				className={cn("mb-4 flex h-8 items-center", isCollapsed ? "flex-col gap-2 h-auto" : "justify-between pl-1.5")}
			>
				{isCollapsed ? <LogoMark /> : <Wordmark />}
				<Tooltip text={label} side="right">
					<Button
						look="quiet"
						size="iconSm"
						aria-label={label}
						aria-expanded={!isCollapsed}
						onClick={() => setCollapsed(!isCollapsed)}
					>
						<PanelLeft />
					</Button>
				</Tooltip>
			</div>
			<nav aria-label="Main" className="flex-1">
				<NavigationLinks isCollapsed={isCollapsed} />
			</nav>
			<UserMenu isCollapsed={isCollapsed} onHelp={onHelp} />
		</aside>
	);
}
