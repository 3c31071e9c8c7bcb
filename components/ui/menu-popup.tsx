"use client";
import Link from "next/link";
import { Kbd } from "./kbd";
import { Menu, MenuCheck, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "./menu";
import type { MenuButtonProps } from "./menu-button";
import type { MenuEntry } from "./menu-entries.ts";

/** Opens as soon as it is there: it was loaded because somebody asked for it. */
export default function MenuPopup({ children, entries, align = "end", side, width }: MenuButtonProps) {
	return (
		<Menu defaultOpen modal={false}>
			<MenuTrigger asChild>{children}</MenuTrigger>
			<MenuContent align={align} side={side} className={width}>
				{entries.map((entry) => (
					<MenuEntryView key={`${entry.kind}:${entry.label}`} entry={entry} />
				))}
			</MenuContent>
		</Menu>
	);
}

function MenuEntryView({ entry }: { entry: MenuEntry }) {
	if (entry.kind === "separator") return <MenuSeparator />;
	if (entry.kind === "label") return <MenuLabel>{entry.label}</MenuLabel>;
	if (entry.kind === "check")
		return (
			<MenuCheck checked={entry.isChecked} onCheckedChange={entry.onChange}>
				{entry.label}
			</MenuCheck>
		);
	const { icon: Icon, href, staysOpen } = entry;
	const content = (
		<>
			<Icon aria-hidden />
			{entry.label}
			{entry.value && <span className="ml-auto text-ink-faint text-xs">{entry.value}</span>}
			{entry.keys && (
				<span className="ml-auto">
					<Kbd>{entry.keys}</Kbd>
				</span>
			)}
		</>
	);
	return (
		<MenuItem
			isDanger={entry.isDanger}
			asChild={href !== undefined}
			onSelect={(event) => {
				if (staysOpen) event.preventDefault();
				entry.onSelect?.();
			}}
		>
			{href === undefined ? content : <Link href={href}>{content}</Link>}
		</MenuItem>
	);
}
