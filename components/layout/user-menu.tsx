"use client";
import { useQuery } from "@tanstack/react-query";
import { BookOpen, ChevronsUpDown, CircleQuestionMark, LogOut, Monitor, Moon, Settings, Sun } from "lucide-react";
import { cn } from "../cn.ts";
import { profileQueries } from "../settings/profile-queries.ts";
import { signOut } from "../sign-in/auth-requests.ts";
import { Avatar } from "../ui/avatar";
import { MenuButton } from "../ui/menu-button";
import type { MenuEntry } from "../ui/menu-entries.ts";
import { applyTheme, type Theme } from "./theme.ts";
import { useTheme } from "./use-theme.ts";
import { useViewer } from "./viewer";

const themeIcons: Record<Theme, typeof Sun> = { system: Monitor, light: Sun, dark: Moon };
const nextTheme: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

/** The foot of the navigation: workspace, user, and what concerns the two. */
export function UserMenu({ isCollapsed = false, onHelp }: { isCollapsed?: boolean; onHelp: () => void }) {
	const { login } = useViewer();
	const { data: profile } = useQuery(profileQueries.me());
	const theme = useTheme();
	const entries: MenuEntry[] = [
		{ kind: "label", label: `Signed in as ${login}` },
		{ kind: "item", label: "Settings", icon: Settings, href: "/settings" },
		{ kind: "item", label: "API reference", icon: BookOpen, href: "/docs/api" },
		{
			kind: "item",
			label: "Theme",
			icon: themeIcons[theme],
			value: theme,
			staysOpen: true,
			onSelect: () => applyTheme(nextTheme[theme]),
		},
		{ kind: "item", label: "Keyboard shortcuts", icon: CircleQuestionMark, keys: "?", onSelect: onHelp },
		{ kind: "separator", label: "sign out" },
		{ kind: "item", label: "Sign out", icon: LogOut, onSelect: () => void signOut() },
	];
	return (
		<MenuButton entries={entries} side="top" align="start" width="w-56">
			<button
				type="button"
				aria-label={isCollapsed ? `Account of ${login}` : undefined}
				className={cn(
					"flex w-full items-center gap-2.5 rounded-md p-1.5 text-left hover:bg-hover",
					isCollapsed && "justify-center",
				)}
			>
				<Avatar login={login} size="sm" />
				{!isCollapsed && (
					<>
						<span className="sr-only">Account of</span>
						<span className="min-w-0 flex-1">
							<span className="block truncate font-medium text-sm leading-4">{profile?.user.name ?? login}</span>
							<span className="block h-4 truncate text-ink-faint text-xs">{profile?.workspace.name}</span>
						</span>
						<ChevronsUpDown className="size-3.5 text-ink-faint" aria-hidden />
					</>
				)}
			</button>
		</MenuButton>
	);
}
