"use client";
import { Boxes, KeyRound, ScrollText, Server, Settings } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../cn.ts";
import { usePendingRequests } from "../network/use-pending-requests.ts";
import { CountMark } from "../ui/count-mark";
import { Tooltip } from "../ui/tooltip";
import { useViewer } from "./viewer";

type NavigationItem = { href: string; label: string; icon: typeof Boxes; adminOnly: boolean };

/** Only what exists; who may not see a page is not shown the way to it. */
const items: NavigationItem[] = [
	{ href: "/devboxes", label: "Devboxes", icon: Boxes, adminOnly: false },
	{ href: "/secrets", label: "Secrets", icon: KeyRound, adminOnly: false },
	{ href: "/hosts", label: "Hosts", icon: Server, adminOnly: true },
	{ href: "/audit", label: "Audit", icon: ScrollText, adminOnly: true },
	{ href: "/settings", label: "Settings", icon: Settings, adminOnly: false },
];

export function NavigationLinks({
	isCollapsed = false,
	onNavigate,
}: {
	isCollapsed?: boolean;
	onNavigate?: () => void;
}) {
	const pathname = usePathname();
	const { isAdmin } = useViewer();
	const pending = usePendingRequests();
	return (
		<ul className="flex flex-col gap-0.5">
			{items
				.filter((item) => isAdmin || !item.adminOnly)
				.map(({ href, label, icon: Icon }) => {
					const isCurrent = pathname === href || pathname.startsWith(`${href}/`);
					const link = (
						<Link
							href={href}
							onClick={onNavigate}
							aria-current={isCurrent ? "page" : undefined}
							aria-label={isCollapsed ? label : undefined}
							className={cn(
								"relative flex h-8 items-center gap-2.5 rounded-md font-medium text-sm hover:bg-hover hover:text-ink",
								isCollapsed ? "justify-center" : "px-2",
								isCurrent ? "bg-hover text-ink" : "text-ink-soft",
							)}
						>
							<Icon className={cn("size-4 shrink-0", isCurrent ? "text-accent" : "text-ink-faint")} aria-hidden />
							{!isCollapsed && label}
							{href === "/settings" && (
								<span className={isCollapsed ? "absolute -top-1 right-0" : "ml-auto"}>
									<CountMark count={pending} label="network requests wait" />
								</span>
							)}
						</Link>
					);
					return (
						<li key={href}>
							{isCollapsed ? (
								<Tooltip text={label} side="right">
									{link}
								</Tooltip>
							) : (
								link
							)}
						</li>
					);
				})}
		</ul>
	);
}
