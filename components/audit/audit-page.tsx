"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Download, RefreshCw, ScrollText } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { PageColumn, PageHeader } from "../layout/page-header";
import { useSearchParamsState } from "../layout/use-search-params-state.ts";
import { useNow } from "../text/use-now.ts";
import { Button, buttonStyle } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { AuditEventDialog } from "./audit-event-dialog";
import {
	type AuditView,
	auditExportUrl,
	hasAuditFilters,
	readAuditView,
	toAuditQuery,
	writeAuditView,
} from "./audit-filters.ts";
import { auditQueries } from "./audit-queries.ts";
import { AuditTable } from "./audit-table";
import { AuditToolbar } from "./audit-toolbar";

export function AuditPage() {
	const [params, change] = useSearchParamsState();
	const view = readAuditView(params);
	const now = useNow("halfMinute");
	const query = toAuditQuery(view, now ?? 0);
	// A time that moves on would ask anew each minute: the first one holds until something else is asked for.
	const key = JSON.stringify({ ...view, isKnown: now !== null });
	const [held, setHeld] = useState({ key, query });
	if (held.key !== key) setHeld({ key, query });
	const list = useInfiniteQuery({ ...auditQueries.list(held.query), enabled: now !== null });
	const { hasNextPage, isFetching, isError, fetchNextPage } = list;
	const events = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data]);
	const loadMore = () => {
		if (hasNextPage && !isFetching && !isError) void fetchNextPage();
	};
	// A page of a search may be empty while there is more behind it.
	const lastPageSize = list.data?.pages.at(-1)?.data.length;
	useEffect(() => {
		if (lastPageSize === 0 && hasNextPage && !isFetching && !isError) void fetchNextPage();
	}, [lastPageSize, hasNextPage, isFetching, isError, fetchNextPage]);
	const onChange = (next: Partial<AuditView>) => change((to) => writeAuditView(to, next), "replace");
	const open = (id: string | null) => change((to) => writeAuditView(to, { event: id ?? "" } as Partial<AuditView>));
	const opened = events.find((event) => event.id === params.get("event"));
	return (
		<PageColumn>
			<PageHeader title="Audit" text="Who did what, newest first. Nothing here can be changed.">
				<Button onClick={() => void list.refetch()} isBusy={list.isRefetching}>
					{!list.isRefetching && <RefreshCw />} Refresh
				</Button>
				<a href={auditExportUrl(held.query)} download className={buttonStyle()}>
					<Download /> Export
				</a>
			</PageHeader>
			<AuditToolbar view={view} onChange={onChange} />
			{list.error && (
				<ErrorNote
					title="The audit log could not be read"
					error={list.error}
					onRetry={() => void list.refetch()}
					className="mb-4"
				/>
			)}
			{list.isPending && <ListSkeleton />}
			{events.length > 0 && (
				<AuditTable
					events={events}
					isLoading={list.isFetchingNextPage}
					onEnd={loadMore}
					onOpen={open}
					onFilter={onChange}
				/>
			)}
			{list.isSuccess && events.length === 0 && !hasNextPage && (
				<Nothing
					isFiltered={hasAuditFilters(view)}
					onClear={() => onChange({ q: "", action: "", actor: "", target: "", outcome: "", span: "" })}
				/>
			)}
			{list.isSuccess && events.length === 0 && hasNextPage && (
				<p role="status" className="py-6 text-ink-soft text-sm">
					Searching further back…
				</p>
			)}
			{opened && <AuditEventDialog event={opened} onClose={() => open(null)} onFilter={onChange} />}
		</PageColumn>
	);
}

function ListSkeleton() {
	return (
		<div className="flex flex-col gap-2">
			{["a", "b", "c", "d", "e", "f"].map((row) => (
				<Skeleton key={row} className="h-8 w-full rounded-md" />
			))}
		</div>
	);
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
	return (
		<div className="flex flex-col items-center gap-3 rounded-lg border border-dashed px-4 py-14 text-center">
			<ScrollText className="size-6 text-ink-faint" aria-hidden />
			<p className="text-ink-soft">
				{isFiltered
					? "No event matches these filters."
					: "Nothing has happened yet. Create a devbox, and its event stands here."}
			</p>
			{isFiltered && <Button onClick={onClear}>Clear filters</Button>}
		</div>
	);
}
