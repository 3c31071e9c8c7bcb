"use client";
import {
	createColumnHelper,
	createSortedRowModel,
	rowSelectionFeature,
	rowSortingFeature,
	sortFn_alphanumeric,
	sortFn_basic,
	sortFn_text,
	tableFeatures,
} from "@tanstack/react-table";
import { UserX } from "lucide-react";
import type { ReactNode } from "react";
import { sizeNames } from "@/lib/domain/sizes.ts";
import { RelativeTime } from "../text/relative-time";
import { Avatar } from "../ui/avatar";
import { devboxStatus, statusKinds } from "./devbox-status.ts";
import type { ListedDevbox } from "./listed-devbox.ts";
import { StatusBadge, StatusDetail } from "./status-badge";
import { UsageCell } from "./usage-cell";

export const devboxTableFeatures = tableFeatures({
	rowSortingFeature,
	rowSelectionFeature,
	sortedRowModel: createSortedRowModel(),
	sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic, text: sortFn_text },
});

const helper = createColumnHelper<typeof devboxTableFeatures, ListedDevbox>();

export const devboxColumns = helper.columns([
	helper.accessor((box) => statusKinds.indexOf(devboxStatus(box).kind as (typeof statusKinds)[number]), {
		id: "state",
		sortFn: "basic",
	}),
	helper.accessor((box) => box.name, { id: "name", sortFn: "alphanumeric" }),
	helper.accessor((box) => box.image, { id: "image", sortFn: "text" }),
	helper.accessor((box) => sizeNames.indexOf(box.size), { id: "size", sortFn: "basic" }),
	helper.accessor((box) => box.owner.login, { id: "owner", sortFn: "text" }),
	helper.accessor((box) => box.host?.name ?? "", { id: "host", sortFn: "text" }),
	helper.accessor((box) => box.access_mode, { id: "visibility", sortFn: "text" }),
	helper.accessor((box) => -Date.parse(box.created_at), { id: "age", sortFn: "basic" }),
	helper.accessor((box) => -Date.parse(box.last_used_at ?? box.created_at), { id: "used", sortFn: "basic" }),
]);

export type ColumnView = {
	id: string;
	header: string;
	/** A track of the row's grid. */
	track: string;
	/** The column is there from this width of the table on, CSS pixels. */
	fromWidth: number;
	isSortable: boolean;
	/** In the list of all devboxes, or in the others, alone. */
	only?: "all" | "own";
	cell: (box: ListedDevbox) => ReactNode;
};

/** How the columns look, in their order. */
export const columnViews: readonly ColumnView[] = [
	{
		id: "state",
		header: "State",
		track: "minmax(9rem,1.9fr)",
		fromWidth: 560,
		isSortable: true,
		cell: (box) => (
			<span className="flex min-w-0 items-center gap-2">
				<StatusBadge box={box} />
				<StatusDetail box={box} className="min-w-0 text-xs" />
			</span>
		),
	},
	{ id: "name", header: "Name", track: "minmax(8rem,1.1fr)", fromWidth: 0, isSortable: true, cell: () => null },
	{
		id: "image",
		header: "Image",
		track: "minmax(6.5rem,0.7fr)",
		fromWidth: 860,
		isSortable: true,
		cell: (box) => <span className="truncate font-mono text-ink-soft text-xs">{box.image}</span>,
	},
	{
		id: "size",
		header: "Size",
		track: "3.5rem",
		fromWidth: 700,
		isSortable: true,
		cell: (box) => <span className="font-mono text-ink-soft text-xs">{box.size}</span>,
	},
	{
		id: "owner",
		header: "Owner",
		track: "minmax(5.5rem,0.6fr)",
		fromWidth: 760,
		isSortable: true,
		cell: (box) => (
			<span className="flex min-w-0 items-center gap-1.5">
				<Avatar login={box.owner.login} size="xs" />
				<span className="truncate text-ink-soft">{box.owner.login}</span>
				{box.owner_is_member === false && (
					<UserX className="size-3.5 shrink-0 text-warning" aria-label="removed or disabled" role="img">
						<title>Removed or disabled</title>
					</UserX>
				)}
			</span>
		),
	},
	{
		id: "host",
		header: "Host",
		track: "minmax(5rem,0.5fr)",
		fromWidth: 1080,
		isSortable: true,
		cell: (box) => <span className="truncate font-mono text-ink-soft text-xs">{box.host?.name ?? "–"}</span>,
	},
	{
		id: "visibility",
		header: "Visibility",
		track: "minmax(6rem,0.5fr)",
		fromWidth: 900,
		isSortable: true,
		only: "all",
		cell: (box) => (
			<span className="truncate text-ink-soft text-xs">{box.access_mode === "private" ? "Private" : "Workspace"}</span>
		),
	},
	{
		id: "usage",
		header: "CPU, memory",
		track: "11.5rem",
		fromWidth: 960,
		isSortable: false,
		only: "own",
		cell: (box) => <UsageCell box={box} />,
	},
	{
		id: "age",
		header: "Age",
		track: "3.25rem",
		fromWidth: 440,
		isSortable: true,
		cell: (box) => (
			<span className="text-ink-soft">
				<RelativeTime at={box.created_at} style="age" />
			</span>
		),
	},
	{
		id: "used",
		header: "Last used",
		track: "5rem",
		fromWidth: 820,
		isSortable: true,
		cell: (box) => (
			<span className="text-ink-soft">
				{box.last_used_at ? <RelativeTime at={box.last_used_at} style="age" /> : "never"}
			</span>
		),
	},
];
