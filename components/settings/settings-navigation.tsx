"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../cn.ts";
import { useViewer } from "../layout/viewer";

export function SettingsNavigation() {
	const pathname = usePathname();
	const { isAdmin } = useViewer();
	const links = [
		{ href: "/settings", label: "You" },
		{ href: "/settings/github", label: "GitHub" },
		{ href: "/settings/tokens", label: "Tokens" },
		...(isAdmin
			? [
					{ href: "/settings/members", label: "Members" },
					{ href: "/settings/defaults", label: "Defaults" },
				]
			: []),
	];
	return (
		<nav aria-label="Settings" className="mb-6 flex gap-4 border-b">
			{links.map((link) => (
				<Link
					key={link.href}
					href={link.href}
					aria-current={pathname === link.href ? "page" : undefined}
					className={cn(
						"-mb-px flex h-9 items-center border-b-2 font-medium text-sm hover:text-ink",
						pathname === link.href ? "border-accent text-ink" : "border-transparent text-ink-soft",
					)}
				>
					{link.label}
				</Link>
			))}
		</nav>
	);
}
