"use client";
import { type SortingState, useTable } from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type MouseEvent, type ReactNode, useCallback, useEffect, useMemo, useRef } from "react";
import { cn } from "../cn.ts";
import { useElementWidth } from "../layout/use-element-width.ts";
import { useVirtualRows } from "../layout/use-virtual-rows.ts";
import { Checkbox } from "../ui/checkbox";
import { type ColumnView, columnViews, devboxColumns, devboxTableFeatures } from "./devbox-columns";
import { DevboxRow, type RowHandlers } from "./devbox-row";
import type { ListedDevbox } from "./listed-devbox.ts";

/** The ids that are selected. */
export type Selection = Record<string, true>;

type DevboxTableProps = Pick<RowHandlers, "onAction" | "onActivate"> & {
	boxes: ListedDevbox[];
	/** Of the whole workspace, seen by an admin. */
	isAll: boolean;
	sorting: SortingState;
	onSortingChange: (sorting: SortingState) => void;
	selection: Selection;
	onSelectionChange: (selection: Selection) => void;
	activeId: string | null;
	/** Told whenever the order changes: keys move through it. */
	onOrder: (ids: string[]) => void;
};

const wideRowPx = 40;
const compactRowPx = 58;
const compactBelowPx = 560;

/** Rows of one grid, of which only those in view exist. */
export function DevboxTable(props: DevboxTableProps) {
	const { boxes, isAll, sorting, selection, activeId, onOrder } = props;
	const scroller = useRef<HTMLDivElement>(null);
	const width = useElementWidth(scroller) ?? 0;
	const isCompact = width < compactBelowPx;
	const columns = useMemo(() => columnsOf({ width, isAll }), [width, isAll]);
	const table = useTable({
		features: devboxTableFeatures,
		columns: devboxColumns,
		data: boxes,
		getRowId: (box) => box.id,
		isRowRangeSelectionEvent: (event) => (event as { shiftKey: boolean }).shiftKey,
		state: { sorting, rowSelection: selection },
		onSortingChange: (update) => props.onSortingChange(typeof update === "function" ? update(sorting) : update),
		onRowSelectionChange: (update) =>
			props.onSelectionChange(typeof update === "function" ? update(selection) : update),
	});
	const rows = table.getRowModel().rows;
	const virtualizer = useVirtualRows({
		scroller,
		count: rows.length,
		rowPx: isCompact ? compactRowPx : wideRowPx,
		keyOf: (index) => rows[index]?.id,
	});
	useEffect(() => onOrder(rows.map((row) => row.id)), [rows, onOrder]);
	useFollowActive({ activeId, ids: rows.map((row) => row.id), scrollTo: (index) => virtualizer.scrollToIndex(index) });

	const latest = useRef(table);
	useEffect(() => {
		latest.current = table;
	});
	const onSelect = useCallback((event: MouseEvent, id: string) => {
		const row = latest.current.getRow(id);
		row.getToggleSelectedHandler()({ shiftKey: event.shiftKey, target: { checked: !row.getIsSelected() } });
	}, []);
	const template = ["1rem", ...columns.map((column) => column.track), isCompact ? "2rem" : "5.75rem"]
		.slice(isCompact ? 1 : 0)
		.join(" ");
	return (
		// Real table elements keep their meaning under another display; only the rows in view exist.
		<div ref={scroller} className="scroll-quiet relative min-h-0 flex-1 overflow-auto">
			<table aria-label="Devboxes" aria-rowcount={rows.length + 1} className="block">
				<HeaderRow
					columns={columns}
					template={template}
					isCompact={isCompact}
					sorting={sorting}
					onSort={(id, isDesc) => props.onSortingChange([{ id, desc: isDesc }])}
				>
					<Checkbox
						aria-label="Select all"
						checked={table.getIsAllRowsSelected() ? true : table.getIsSomeRowsSelected() ? "indeterminate" : false}
						onChange={(event) => table.toggleAllRowsSelected(event.target.checked)}
					/>
				</HeaderRow>
				<tbody className="relative block" style={{ height: virtualizer.getTotalSize() }}>
					{virtualizer.getVirtualItems().map((item) => {
						const row = rows[item.index];
						if (!row) return null;
						const isActive = row.id === activeId;
						const isSelected = row.getIsSelected();
						return (
							<tr
								key={row.id}
								aria-rowindex={item.index + 2}
								data-selected={isSelected || undefined}
								className={cn(
									"group absolute inset-x-0 top-0 grid items-center gap-x-3 border-line/70 border-b px-2 text-sm has-[a:focus-visible]:shadow-[inset_0_0_0_2px_var(--accent)]",
									isActive && "shadow-[inset_2px_0_0_var(--accent)]",
									isSelected ? "bg-accent-wash/70" : isActive ? "bg-hover" : "hover:bg-hover/60",
								)}
								style={{ gridTemplateColumns: template, height: item.size, transform: `translateY(${item.start}px)` }}
							>
								<DevboxRow
									box={row.original}
									columns={columns}
									isCompact={isCompact}
									isSelected={isSelected}
									isActive={isActive}
									onAction={props.onAction}
									onActivate={props.onActivate}
									onSelect={onSelect}
								/>
							</tr>
						);
					})}
				</tbody>
			</table>
		</div>
	);
}

function columnsOf(o: { width: number; isAll: boolean }): ColumnView[] {
	const hidden = o.isAll ? "own" : "all";
	return columnViews.filter((column) => o.width >= column.fromWidth && column.only !== hidden);
}

type HeaderRowProps = {
	columns: readonly ColumnView[];
	template: string;
	isCompact: boolean;
	sorting: SortingState;
	onSort: (id: string, isDesc: boolean) => void;
	children: ReactNode;
};

function HeaderRow({ columns, template, isCompact, sorting, onSort, children }: HeaderRowProps) {
	const sorted = sorting[0];
	return (
		<thead className={cn("sticky top-0 z-20 block bg-canvas", isCompact && "hidden")}>
			<tr
				aria-rowindex={1}
				className="grid h-8 items-center gap-x-3 border-b px-2 text-left text-ink-faint text-xs [&_th]:font-normal"
				style={{ gridTemplateColumns: template }}
			>
				<th scope="col" className="flex">
					{children}
				</th>
				{columns.map((column) => {
					const isSorted = sorted?.id === column.id;
					const SortIcon = sorted?.desc ? ArrowDown : ArrowUp;
					return (
						<th
							key={column.id}
							scope="col"
							aria-sort={isSorted ? (sorted.desc ? "descending" : "ascending") : undefined}
							className="min-w-0"
						>
							{column.isSortable ? (
								<button
									type="button"
									className={cn(
										"-mx-1 flex h-6 items-center gap-1 rounded px-1 hover:text-ink",
										isSorted && "text-ink",
									)}
									onClick={() => onSort(column.id, isSorted ? !sorted.desc : false)}
								>
									<span className="truncate">{column.header}</span>
									{isSorted && <SortIcon className="size-3" aria-hidden />}
								</button>
							) : (
								column.header
							)}
						</th>
					);
				})}
				<th scope="col">
					<span className="sr-only">Actions</span>
				</th>
			</tr>
		</thead>
	);
}

/** Keeps the row that the keys are on in view, and gives it the focus. */
function useFollowActive(o: { activeId: string | null; ids: string[]; scrollTo: (index: number) => void }): void {
	const latest = useRef(o);
	useEffect(() => {
		latest.current = o;
	});
	const { activeId } = o;
	useEffect(() => {
		if (!activeId) return;
		const index = latest.current.ids.indexOf(activeId);
		if (index < 0) return;
		latest.current.scrollTo(index);
		const frame = requestAnimationFrame(() => {
			document.querySelector<HTMLElement>(`[data-row="${CSS.escape(activeId)}"]`)?.focus({ preventScroll: true });
		});
		return () => cancelAnimationFrame(frame);
	}, [activeId]);
}
