"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { IsolationReportSummary } from "@/lib/contract/isolation.ts";
import { cn } from "../../cn.ts";
import { useSearchParamsState } from "../../layout/use-search-params-state.ts";
import { RelativeTime } from "../../text/relative-time";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { isolationQueries } from "./isolation-queries.ts";
import { IsolationReportView } from "./isolation-report";
import { causeWords, statusLooks } from "./isolation-words.ts";

const shownAtFirst = 10;

/** Newest first. `?report=<id>` in the address opens one, be it older than those that are listed. */
export function IsolationReports() {
	const { data: reports, error, refetch } = useQuery(isolationQueries.reports());
	const [params, changeParams] = useSearchParamsState();
	const [isAllShown, setAllShown] = useState(false);
	const opened = params.get("report");
	const show = (id: string | null) =>
		changeParams((current) => {
			if (id) current.set("report", id);
			else current.delete("report");
		});
	if (error && !reports)
		return <ErrorNote title="The reports could not be read" error={error} onRetry={() => void refetch()} />;
	if (!reports) return <Skeleton className="h-20 w-full rounded-lg" />;
	if (reports.length === 0)
		return <p className="text-ink-soft text-sm">None yet: run an audit above. It takes a few minutes.</p>;
	const shown = isAllShown ? reports : reports.filter(({ id }, index) => index < shownAtFirst || id === opened);
	const isBeyond = opened !== null && !reports.some(({ id }) => id === opened);
	return (
		<div className="flex flex-col gap-3">
			{isBeyond && (
				<div className="rounded-lg border bg-surface px-4 py-3">
					<Button size="sm" look="quiet" onClick={() => show(null)}>
						Close this report
					</Button>
					<IsolationReportView id={opened} />
				</div>
			)}
			<ul className="divide-y divide-line rounded-lg border bg-surface">
				{shown.map((report) => (
					<ReportRow
						key={report.id}
						report={report}
						isShown={report.id === opened}
						onShow={() => show(report.id === opened ? null : report.id)}
					/>
				))}
			</ul>
			{shown.length < reports.length && (
				<div>
					<Button size="sm" onClick={() => setAllShown(true)}>
						Show {reports.length - shown.length} older
					</Button>
				</div>
			)}
		</div>
	);
}

type ReportRowProps = { report: IsolationReportSummary; isShown: boolean; onShow: () => void };

function ReportRow({ report, isShown, onShow }: ReportRowProps) {
	const { label, icon: Icon, look } = statusLooks[report.status];
	return (
		<li className="px-4 py-3 text-sm">
			<div className="flex flex-wrap items-center gap-x-3 gap-y-1">
				<span className={cn("flex items-center gap-1.5 font-medium", look)}>
					<Icon className="size-3.5" aria-hidden />
					{label}
				</span>
				<span className="font-mono text-xs">{report.host.name}</span>
				<span className="text-ink-faint text-xs">
					<RelativeTime at={report.finished_at ?? report.created_at} /> · {causeWords[report.cause]}
					{report.requested_by && ` by ${report.requested_by}`}
				</span>
				{report.passed + report.failed > 0 && (
					<Button size="sm" look="quiet" className="ml-auto" aria-expanded={isShown} onClick={onShow}>
						{report.passed} as promised, {report.failed} not
					</Button>
				)}
			</div>
			{report.message && (
				<p
					className={cn(
						"whitespace-pre-wrap break-words text-xs",
						report.status === "error" ? "text-bad" : "text-ink-soft",
					)}
				>
					{report.message}
				</p>
			)}
			{isShown && <IsolationReportView id={report.id} />}
		</li>
	);
}
