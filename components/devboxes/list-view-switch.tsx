"use client";
import { cn } from "../cn.ts";
import type { ListedDevbox } from "./listed-devbox.ts";

/** `workspace`: what anybody, the viewer included, shows to it. `all`: for admins, whatever there is. */
const views = { mine: "Mine", workspace: "Workspace", all: "All" } as const;
export type ListView = keyof typeof views;

export function readListView(params: URLSearchParams, isAdmin: boolean): ListView {
	const show = params.get("show");
	if (show === "all") return isAdmin ? "all" : "mine";
	return show === "workspace" ? "workspace" : "mine";
}

export function isInView(box: ListedDevbox, view: ListView, viewerId: string): boolean {
	if (view === "all") return true;
	return view === "mine" ? box.owner.id === viewerId : box.access_mode === "workspace";
}

type ListViewSwitchProps = {
	/** Somebody shows a devbox to the workspace. */
	hasShared: boolean;
	isAdmin: boolean;
	view: ListView;
	onChange: (view: ListView) => void;
};

/** There is nothing to choose where nobody shows anything, save for admins. */
export function ListViewSwitch({ hasShared, isAdmin, view, onChange }: ListViewSwitchProps) {
	if (view === "mine" && !hasShared && !isAdmin) return null;
	const offered = (Object.keys(views) as ListView[]).filter((name) => isAdmin || name !== "all");
	return (
		<fieldset aria-label="Whose devboxes" className="mb-3 flex w-fit rounded-md border p-0.5">
			{offered.map((name) => (
				<button
					key={name}
					type="button"
					aria-pressed={view === name}
					onClick={() => onChange(name)}
					className={cn(
						"h-6 rounded px-2.5 font-medium text-xs",
						view === name ? "bg-hover text-ink" : "text-ink-soft hover:text-ink",
					)}
				>
					{views[name]}
				</button>
			))}
		</fieldset>
	);
}
