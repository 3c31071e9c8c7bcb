"use client";
import { useEffect, useRef } from "react";
import { cn } from "../cn.ts";
import { CountMark } from "./count-mark";

type Tab<Id extends string> = { id: Id; label: string; count?: number };
type TabListProps<Id extends string> = {
	label: string;
	tabs: readonly Tab<Id>[];
	value: Id;
	onChange: (id: Id) => void;
	className?: string;
};

/** Arrow keys move along the tabs. A tab's button has the id `tab-<id>`, for its panel to be labelled by. */
export function TabList<Id extends string>({ label, tabs, value, onChange, className }: TabListProps<Id>) {
	const list = useRef<HTMLDivElement>(null);
	// On a narrow screen the tab may lie past the edge, or be pushed there by a count that comes later.
	const counts = tabs.map(({ count = 0 }) => count).join();
	// biome-ignore lint/correctness/useExhaustiveDependencies: of the counts only that they changed matters
	useEffect(() => {
		list.current?.querySelector(`#tab-${value}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
	}, [value, counts]);
	const move = (by: number) => {
		const at = tabs.findIndex((tab) => tab.id === value);
		const next = tabs[(at + by + tabs.length) % tabs.length];
		if (!next) return;
		onChange(next.id);
		list.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
	};
	return (
		<div
			ref={list}
			role="tablist"
			aria-label={label}
			className={cn("scroll-none flex gap-4 overflow-x-auto overflow-y-hidden", className)}
			onKeyDown={(event) => {
				if (event.key === "ArrowRight") move(1);
				if (event.key === "ArrowLeft") move(-1);
			}}
		>
			{tabs.map((tab) => (
				<button
					key={tab.id}
					id={`tab-${tab.id}`}
					type="button"
					role="tab"
					aria-selected={tab.id === value}
					tabIndex={tab.id === value ? 0 : -1}
					onClick={() => onChange(tab.id)}
					className={cn(
						"flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-0.5 font-medium text-sm hover:text-ink",
						tab.id === value ? "border-accent text-ink" : "border-transparent text-ink-soft",
					)}
				>
					{tab.label}
					<CountMark count={tab.count ?? 0} label="waiting" />
				</button>
			))}
		</div>
	);
}
