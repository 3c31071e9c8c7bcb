"use client";
import type { SortingState } from "@tanstack/react-table";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useCallback, useMemo, useRef, useState } from "react";
import type { DevboxAction } from "@/lib/domain/devbox-state.ts";
import { useSearchParamsState } from "../layout/use-search-params-state.ts";
import { type Shortcuts, useShortcuts } from "../layout/use-shortcuts.ts";
import { useViewer } from "../layout/viewer";
import { Button } from "../ui/button";
import { BulkBar } from "./bulk-bar";
import { DevboxTable, type Selection } from "./devbox-table";
import { filterDevboxes, hasFilters, type ListFilters, readFilters, writeFilters } from "./list-filters.ts";
import { ListToolbar } from "./list-toolbar";
import { hasPage, type ListedDevbox } from "./listed-devbox.ts";
import { useDevboxCommands } from "./use-devbox-commands.ts";

const DestroyDialog = dynamic(() => import("./destroy-dialog").then((module) => module.DestroyDialog), { ssr: false });

const noFilters: ListFilters = { text: "", states: [], owners: [], hosts: [] };

/** `isAll`: of the whole workspace, with what an admin may do about them. */
export function DevboxList({ boxes, isAll = false }: { boxes: ListedDevbox[]; isAll?: boolean }) {
	const [params, changeParams] = useSearchParamsState();
	const search = params.toString();
	const filters = useMemo(() => readFilters(new URLSearchParams(search)), [search]);
	const sorting = useMemo(() => readSorting(new URLSearchParams(search)), [search]);
	const shown = useMemo(() => filterDevboxes(boxes, filters), [boxes, filters]);
	const [selection, setSelection] = useState<Selection>({});
	const [activeId, setActiveId] = useState<string | null>(null);
	const [destroying, setDestroying] = useState<ListedDevbox[]>([]);
	const order = useRef<string[]>([]);
	const searchRef = useRef<HTMLInputElement>(null);
	const commands = useDevboxCommands();
	const router = useRouter();
	const { userId } = useViewer();

	const act = useCallback(
		(action: DevboxAction, box: ListedDevbox) => {
			if (action === "open_terminal") router.push(`/devboxes/${box.id}?tab=terminal`);
			else if (action === "stop") commands.stop.mutate([box.id]);
			else if (action === "start") commands.start.mutate([box.id]);
			else setDestroying([box]);
		},
		[router, commands.stop.mutate, commands.start.mutate],
	);
	const onOrder = useCallback((ids: string[]) => {
		order.current = ids;
	}, []);
	const setFilters = (next: ListFilters) =>
		changeParams((current) => replaceAll(current, writeFilters(current, next)), "replace");
	// A box that is gone or filtered away is not selected any more.
	const selected = shown.filter((box) => selection[box.id]);
	const active = shown.find((box) => box.id === activeId);
	useShortcuts(
		listShortcuts({
			order,
			active,
			setActiveId,
			setSelection,
			searchRef,
			act,
			open: (box) => hasPage(box, userId) && router.push(`/devboxes/${box.id}`),
		}),
	);
	return (
		<>
			<ListToolbar boxes={boxes} filters={filters} onChange={setFilters} searchRef={searchRef} />
			{shown.length > 0 ? (
				<DevboxTable
					boxes={shown}
					isAll={isAll}
					sorting={sorting}
					onSortingChange={(next) => changeParams((current) => writeSorting(current, next), "replace")}
					selection={selection}
					onSelectionChange={setSelection}
					activeId={activeId}
					onActivate={setActiveId}
					onAction={act}
					onOrder={onOrder}
				/>
			) : (
				<div className="flex flex-col items-center gap-3 py-20 text-ink-soft">
					<p>No devbox matches {hasFilters(filters) ? "these filters" : ""}.</p>
					<Button onClick={() => setFilters(noFilters)}>Clear filters</Button>
				</div>
			)}
			<BulkBar
				selected={selected}
				onStop={(chosen) => commands.stop.mutate(chosen.map((box) => box.id))}
				onStart={(chosen) => commands.start.mutate(chosen.map((box) => box.id))}
				onDestroy={setDestroying}
				onClear={() => setSelection({})}
			/>
			{destroying.length > 0 && (
				<DestroyDialog
					boxes={destroying}
					onClose={() => setDestroying([])}
					onDestroy={async () => {
						await commands.destroy.mutateAsync(destroying.map((box) => box.id));
						setSelection({});
					}}
				/>
			)}
		</>
	);
}

function readSorting(params: URLSearchParams): SortingState {
	const sort = params.get("sort") ?? "age";
	return [{ id: sort.replace(/^-/, ""), desc: sort.startsWith("-") }];
}

function writeSorting(params: URLSearchParams, sorting: SortingState): void {
	const first = sorting[0];
	if (first) params.set("sort", `${first.desc ? "-" : ""}${first.id}`);
}

function replaceAll(target: URLSearchParams, source: URLSearchParams): void {
	for (const name of [...target.keys()]) target.delete(name);
	for (const [name, value] of source) target.set(name, value);
}

function toggled(selection: Selection, id: string): Selection {
	const { [id]: isSelected, ...others } = selection;
	return isSelected ? others : { ...others, [id]: true };
}

type ListShortcutsInput = {
	order: { readonly current: string[] };
	active: ListedDevbox | undefined;
	setActiveId: (id: string | null) => void;
	setSelection: (change: (selection: Selection) => Selection) => void;
	searchRef: { readonly current: HTMLInputElement | null };
	act: (action: DevboxAction, box: ListedDevbox) => void;
	open: (box: ListedDevbox) => void;
};

function listShortcuts({ order, active, ...on }: ListShortcutsInput): Shortcuts {
	const move = (by: number) => () => {
		const ids = order.current;
		const from = active ? ids.indexOf(active.id) : by > 0 ? -1 : ids.length;
		on.setActiveId(ids[Math.max(0, Math.min(ids.length - 1, from + by))] ?? null);
		return true;
	};
	const perform = (actions: DevboxAction[]) => () => {
		const action = actions.find((name) => active?.actions.includes(name));
		if (active && action) on.act(action, active);
		return true;
	};
	// On a link or a button the browser does what the key means there.
	const openActive = (event: KeyboardEvent) => {
		if (!active || (event.target as HTMLElement).closest("a, button, input")) return false;
		on.open(active);
		return true;
	};
	const clear = () => {
		on.setSelection(() => ({}));
		on.setActiveId(null);
		return true;
	};
	return {
		j: move(1),
		k: move(-1),
		ArrowDown: move(1),
		ArrowUp: move(-1),
		Enter: openActive,
		Escape: clear,
		t: perform(["open_terminal"]),
		s: perform(["stop", "start"]),
		x: () => {
			if (active) on.setSelection((selection) => toggled(selection, active.id));
			return true;
		},
		"/": () => {
			on.searchRef.current?.focus();
			on.searchRef.current?.select();
			return true;
		},
	};
}
