"use client";
import { CircleAlert, CircleCheck, CircleX } from "lucide-react";
import { useEffect, useRef } from "react";
import type { AuditEventResponse } from "@/lib/contract/audit.ts";
import { cn } from "../cn.ts";
import { useElementWidth } from "../layout/use-element-width.ts";
import { useVirtualRows } from "../layout/use-virtual-rows.ts";
import { RelativeTime } from "../text/relative-time";
import type { AuditView } from "./audit-filters.ts";
import { actionLabel, actorHow, actorName, detailText, outcomeViews, targetText } from "./audit-words.ts";

type AuditTableProps = {
	events: AuditEventResponse[];
	isLoading: boolean;
	/** The last row is near. */
	onEnd: () => void;
	onOpen: (id: string) => void;
	onFilter: (change: Partial<AuditView>) => void;
};

const wideRowPx = 36;
const compactRowPx = 62;
const compactBelowPx = 640;
const endRows = 20;
const wideTemplate = "6.5rem minmax(0,1.1fr) minmax(0,1.6fr) minmax(0,1.4fr) 5.5rem minmax(0,2fr) minmax(0,1fr)";
const headers = ["When", "Actor", "Action", "Target", "Outcome", "Detail", "Address"];

/** Rows of one grid, of which only those in view exist. */
export function AuditTable({ events, isLoading, onEnd, onOpen, onFilter }: AuditTableProps) {
	const scroller = useRef<HTMLDivElement>(null);
	const width = useElementWidth(scroller) ?? 0;
	const isCompact = width < compactBelowPx;
	const virtualizer = useVirtualRows({
		scroller,
		count: events.length,
		rowPx: isCompact ? compactRowPx : wideRowPx,
		keyOf: (index) => events[index]?.id,
	});
	const items = virtualizer.getVirtualItems();
	const lastIndex = items.at(-1)?.index ?? 0;
	useEffect(() => {
		if (lastIndex >= events.length - endRows) onEnd();
	}, [lastIndex, events.length, onEnd]);
	return (
		<div ref={scroller} className="scroll-quiet relative mb-4 min-h-64 flex-1 basis-0 overflow-auto">
			<table aria-label="Audit events" aria-rowcount={-1} aria-busy={isLoading} className="block">
				<thead className={cn("sticky top-0 z-20 block bg-canvas", isCompact && "sr-only")}>
					<tr
						className="grid h-8 items-center gap-x-3 border-b px-2 text-left text-ink-faint text-xs [&_th]:font-normal"
						style={{ gridTemplateColumns: wideTemplate }}
					>
						{headers.map((header) => (
							<th key={header} scope="col">
								{header}
							</th>
						))}
					</tr>
				</thead>
				<tbody className="relative block" style={{ height: virtualizer.getTotalSize() }}>
					{items.map((item) => {
						const event = events[item.index];
						if (!event) return null;
						return (
							<tr
								key={event.id}
								className={cn(
									"absolute inset-x-0 top-0 border-line/70 border-b px-2 text-sm hover:bg-hover/60 has-[button:focus-visible]:bg-hover",
									isCompact ? "flex flex-wrap content-center gap-x-2" : "grid items-center gap-x-3",
								)}
								style={{
									height: item.size,
									transform: `translateY(${item.start}px)`,
									...(isCompact ? {} : { gridTemplateColumns: wideTemplate }),
								}}
							>
								{isCompact ? (
									<CompactCells event={event} onOpen={onOpen} />
								) : (
									<WideCells event={event} onOpen={onOpen} onFilter={onFilter} />
								)}
							</tr>
						);
					})}
				</tbody>
			</table>
			{isLoading && (
				<p role="status" className="px-2 py-2 text-ink-faint text-xs">
					Loading more…
				</p>
			)}
		</div>
	);
}

type CellsProps = { event: AuditEventResponse; onOpen: (id: string) => void };

function WideCells({ event, onOpen, onFilter }: CellsProps & Pick<AuditTableProps, "onFilter">) {
	const actor = event.actor.login ?? event.actor.user_id;
	const target = event.target?.id;
	return (
		<>
			<td className="truncate text-ink-soft text-xs tabular-nums">
				<RelativeTime at={event.at} />
			</td>
			<td className="relative z-10 min-w-0 truncate" title={`${actorName(event)}, ${actorHow(event)}`}>
				{actor ? (
					<button type="button" className="max-w-full truncate hover:underline" onClick={() => onFilter({ actor })}>
						{actor}
					</button>
				) : (
					actorName(event)
				)}
			</td>
			<td className="min-w-0 truncate">
				<OpenButton event={event} onOpen={onOpen} />
			</td>
			<td className="relative z-10 min-w-0 truncate font-mono text-xs" title={targetText(event)}>
				{target ? (
					<button type="button" className="max-w-full truncate hover:underline" onClick={() => onFilter({ target })}>
						{targetText(event)}
					</button>
				) : (
					targetText(event)
				)}
			</td>
			<td>
				<Outcome outcome={event.outcome} />
			</td>
			<td className="min-w-0 truncate text-ink-soft text-xs" title={detailText(event)}>
				{detailText(event)}
			</td>
			<td className="min-w-0 truncate font-mono text-ink-faint text-xs">{event.address}</td>
		</>
	);
}

function CompactCells({ event, onOpen }: CellsProps) {
	return (
		<>
			<td className="min-w-0 flex-1 basis-[calc(100%-5rem)] truncate">
				<OpenButton event={event} onOpen={onOpen} />
			</td>
			<td className="shrink-0 text-ink-faint text-xs">
				<RelativeTime at={event.at} style="age" />
			</td>
			<td className="flex w-full min-w-0 items-center gap-2 text-ink-soft text-xs">
				<Outcome outcome={event.outcome} />
				<span className="truncate">
					{actorName(event)} {targetText(event) && <span className="font-mono">{targetText(event)}</span>}
				</span>
			</td>
		</>
	);
}

/** Covers its row: a click anywhere opens the event. */
function OpenButton({ event, onOpen }: CellsProps) {
	return (
		<button
			type="button"
			className="max-w-full truncate text-left font-medium outline-none after:absolute after:inset-0"
			onClick={() => onOpen(event.id)}
		>
			{actionLabel(event.action)}
		</button>
	);
}

const outcomeIcons = { success: CircleCheck, refused: CircleAlert, failed: CircleX } as const;

export function Outcome({ outcome }: { outcome: AuditEventResponse["outcome"] }) {
	const { label, text } = outcomeViews[outcome];
	const Icon = outcomeIcons[outcome];
	return (
		<span className={cn("flex shrink-0 items-center gap-1.5 text-xs", text)}>
			<Icon className="size-3.5" aria-hidden />
			{label}
		</span>
	);
}
