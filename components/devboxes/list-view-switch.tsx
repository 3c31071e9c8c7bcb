"use client";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { cn } from "../cn.ts";

const views = { mine: "Mine", workspace: "Workspace" } as const;
export type ListView = keyof typeof views;

export function readListView(params: URLSearchParams): ListView {
	return params.get("show") === "workspace" ? "workspace" : "mine";
}

/** `workspace`: what anybody, the viewer included, shows to it. */
export function isInView(box: DevboxResponse, view: ListView, viewerId: string): boolean {
	return view === "mine" ? box.owner.id === viewerId : box.access_mode === "workspace";
}

type ListViewSwitchProps = {
	boxes: readonly DevboxResponse[];
	view: ListView;
	onChange: (view: ListView) => void;
};

/** There is nothing to choose where nobody shows anything. */
export function ListViewSwitch({ boxes, view, onChange }: ListViewSwitchProps) {
	if (view === "mine" && !boxes.some((box) => box.access_mode === "workspace")) return null;
	return (
		<fieldset aria-label="Whose devboxes" className="mb-3 flex w-fit rounded-md border p-0.5">
			{(Object.keys(views) as ListView[]).map((name) => (
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
