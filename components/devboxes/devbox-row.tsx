"use client";
import { Ellipsis, Play, Square, SquareTerminal, Trash2 } from "lucide-react";
import Link from "next/link";
import { type MouseEvent, memo } from "react";
import type { DevboxAction } from "@/lib/domain/devbox-state.ts";
import { cn } from "../cn.ts";
import { useViewer } from "../layout/viewer";
import { Button } from "../ui/button";
import { Checkbox } from "../ui/checkbox";
import { MenuButton } from "../ui/menu-button";
import type { MenuEntry } from "../ui/menu-entries.ts";
import { Tooltip } from "../ui/tooltip";
import type { ColumnView } from "./devbox-columns";
import { hasPage, type ListedDevbox } from "./listed-devbox.ts";
import { StatusBadge, StatusDetail } from "./status-badge";

export type RowHandlers = {
	onAction: (action: DevboxAction, box: ListedDevbox) => void;
	onSelect: (event: MouseEvent, id: string) => void;
	onActivate: (id: string) => void;
};

type DevboxRowProps = RowHandlers & {
	box: ListedDevbox;
	columns: readonly ColumnView[];
	/** Narrow: the state stands below the name. */
	isCompact: boolean;
	isSelected: boolean;
	isActive: boolean;
};

const actionViews: Record<DevboxAction, { label: string; icon: typeof Play; keys?: string }> = {
	open_terminal: { label: "Open terminal", icon: SquareTerminal, keys: "t" },
	stop: { label: "Stop", icon: Square, keys: "s" },
	start: { label: "Start", icon: Play, keys: "s" },
	destroy: { label: "Destroy…", icon: Trash2 },
};

export const DevboxRow = memo(function DevboxRow({
	box,
	columns,
	isCompact,
	isSelected,
	isActive,
	...on
}: DevboxRowProps) {
	return (
		<>
			<td className={cn("relative z-10 flex", isCompact && "hidden")}>
				<Checkbox
					aria-label={`Select ${box.name}`}
					checked={isSelected}
					onClick={(event) => on.onSelect(event, box.id)}
					className={cn(
						!isSelected &&
							!isActive &&
							"opacity-0 focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100",
					)}
				/>
			</td>
			{columns.map((column) => (
				<td key={column.id} className="flex min-w-0 items-center">
					{column.id === "name" ? (
						<NameCell box={box} isCompact={isCompact} onActivate={on.onActivate} />
					) : (
						column.cell(box)
					)}
				</td>
			))}
			<RowActions box={box} isActive={isActive} isCompact={isCompact} onAction={on.onAction} />
		</>
	);
});

function NameCell({
	box,
	isCompact,
	onActivate,
}: {
	box: ListedDevbox;
	isCompact: boolean;
	onActivate: (id: string) => void;
}) {
	const { userId } = useViewer();
	return (
		<span className="min-w-0 flex-1">
			{hasPage(box, userId) ? (
				<Link
					href={`/devboxes/${box.id}`}
					prefetch={false}
					data-row={box.id}
					onFocus={() => onActivate(box.id)}
					className="block truncate font-mono text-ink text-sm outline-none after:absolute after:inset-0"
				>
					{box.name}
				</Link>
			) : (
				// The keys lead here as well; there is no page of it for this viewer.
				<span data-row={box.id} tabIndex={-1} className="block truncate font-mono text-ink text-sm outline-none">
					{box.name}
				</span>
			)}
			{isCompact && (
				<span className="mt-0.5 flex min-w-0 items-center gap-2">
					<StatusBadge box={box} className="text-xs" />
					{box.owner.id !== userId && <span className="truncate text-ink-faint text-xs">{box.owner.login}</span>}
					<StatusDetail box={box} className="min-w-0 text-xs" />
				</span>
			)}
		</span>
	);
}

type RowActionsProps = {
	box: ListedDevbox;
	isActive: boolean;
	isCompact: boolean;
	onAction: RowHandlers["onAction"];
};

function RowActions({ box, isActive, isCompact, onAction }: RowActionsProps) {
	const quick = box.actions.filter((action) => action !== "destroy");
	return (
		<td className="relative z-10 flex items-center justify-end">
			<span
				className={cn(
					"flex",
					!isActive && "opacity-0 focus-within:opacity-100 group-hover:opacity-100",
					isCompact && "hidden",
				)}
			>
				{quick.map((action) => {
					const { label, icon: Icon, keys } = actionViews[action];
					return (
						<Tooltip key={action} text={label} keys={keys}>
							<Button
								look="quiet"
								size="iconSm"
								aria-label={`${label}: ${box.name}`}
								onClick={() => onAction(action, box)}
							>
								<Icon />
							</Button>
						</Tooltip>
					);
				})}
			</span>
			{box.actions.length > 0 && (
				<MenuButton
					entries={box.actions.flatMap((action, index) => actionEntries(action, index, () => onAction(action, box)))}
				>
					<Button look="quiet" size="iconSm" aria-label={`Actions of ${box.name}`}>
						<Ellipsis />
					</Button>
				</MenuButton>
			)}
		</td>
	);
}

/** What cannot be undone stands apart. */
function actionEntries(action: DevboxAction, index: number, onSelect: () => void): MenuEntry[] {
	const entry: MenuEntry = { kind: "item", ...actionViews[action], isDanger: action === "destroy", onSelect };
	return action === "destroy" && index > 0 ? [{ kind: "separator", label: "destroy" }, entry] : [entry];
}
