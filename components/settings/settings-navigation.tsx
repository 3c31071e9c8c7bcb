"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { cn } from "../cn.ts";
import { useViewer } from "../layout/viewer";
import { usePendingRequests } from "../network/use-pending-requests.ts";
import { CountMark } from "../ui/count-mark";

export function SettingsNavigation() {
	const pathname = usePathname();
	const { isAdmin } = useViewer();
	const pending = usePendingRequests();
	const list = useRef<HTMLElement>(null);
	// On a narrow screen the page that one is on may lie past the edge.
	useEffect(() => {
		list.current?.querySelector(`[href="${pathname}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
	}, [pathname]);
	const links = [
		{ href: "/settings", label: "You" },
		{ href: "/settings/github", label: "GitHub" },
		{ href: "/settings/personal", label: "Personal" },
		{ href: "/settings/tokens", label: "Tokens" },
		...(isAdmin
			? [
					{ href: "/settings/members", label: "Members" },
					{ href: "/settings/defaults", label: "Defaults" },
					{ href: "/settings/network", label: "Network" },
				]
			: []),
	];
	return (
		<nav
			ref={list}
			aria-label="Settings"
			className="scroll-none mb-6 flex gap-4 overflow-x-auto overflow-y-hidden border-b"
		>
			{links.map((link) => (
				<Link
					key={link.href}
					href={link.href}
					aria-current={pathname === link.href ? "page" : undefined}
					className={cn(
						"flex h-9 shrink-0 items-center border-b-2 font-medium text-sm hover:text-ink",
						pathname === link.href ? "border-accent text-ink" : "border-transparent text-ink-soft",
					)}
				>
					{link.label}
					{link.href === "/settings/network" && (
						<CountMark count={pending} label="network requests wait" className="ml-1.5" />
					)}
				</Link>
			))}
		</nav>
	);
}
