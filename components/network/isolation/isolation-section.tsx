"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleX, Clock, type LucideIcon, TriangleAlert } from "lucide-react";
import type { IsolationReportSummary } from "@/lib/contract/isolation.ts";
import { api } from "../../api-client.ts";
import { cn } from "../../cn.ts";
import { Section } from "../../layout/section";
import { useSearchParamsState } from "../../layout/use-search-params-state.ts";
import { RelativeTime } from "../../text/relative-time";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { isOpen, isolationKeys, isolationQueries } from "./isolation-queries.ts";
import { IsolationReportView } from "./isolation-report";

/** Dated reports of what a canary devbox could not do, and the way to a new one. */
export function IsolationSection() {
	const { data: reports, error, refetch } = useQuery(isolationQueries.list());
	const queries = useQueryClient();
	const [params, changeParams] = useSearchParamsState();
	const shown = params.get("report");
	const request = useMutation({
		mutationFn: () => api.requestIsolationReports({}),
		onSuccess: () => queries.invalidateQueries({ queryKey: isolationKeys.list }),
	});
	const show = (id: string | null) =>
		changeParams((current) => {
			if (id) current.set("report", id);
			else current.delete("report");
		});
	return (
		<div className="max-w-3xl">
			<Section
				title="Isolation audits"
				text="A canary devbox tries what no devbox may do, as user and as root, beside a control that shows that the attempt can succeed. By itself every 90 days, and after a change of what enforces policies."
			>
				<div className="mb-3">
					<Button onClick={() => request.mutate()} disabled={request.isPending || reports?.some(isOpen)}>
						{reports?.some(isOpen) ? "Audit under way…" : "Run an audit"}
					</Button>
				</div>
				{request.error && <ErrorNote title="The audit could not be asked for" error={request.error} />}
				{error && !reports && (
					<ErrorNote title="The reports could not be read" error={error} onRetry={() => void refetch()} />
				)}
				{!error && !reports && <Skeleton className="h-20 w-full rounded-lg" />}
				{reports?.length === 0 && (
					<p className="text-ink-soft text-sm">No audit yet: run one. It takes a few minutes.</p>
				)}
				{reports && reports.length > 0 && (
					<ul className="divide-y divide-line rounded-lg border bg-surface">
						{reports.map((report) => (
							<ReportRow
								key={report.id}
								report={report}
								isShown={report.id === shown}
								onShow={() => show(report.id === shown ? null : report.id)}
							/>
						))}
					</ul>
				)}
			</Section>
		</div>
	);
}

type Look = { label: string; icon: LucideIcon; look: string };
const looks: Record<IsolationReportSummary["status"], Look> = {
	pending: { label: "Waiting", icon: Clock, look: "text-ink-soft" },
	running: { label: "Running", icon: Clock, look: "text-ink-soft" },
	passed: { label: "Passed", icon: CircleCheck, look: "text-good" },
	failed: { label: "Failed", icon: CircleX, look: "text-bad" },
	error: { label: "No result", icon: TriangleAlert, look: "text-bad" },
};
const causes = {
	requested: "asked for",
	schedule: "by schedule",
	network_change: "after a change of the network's set-up",
} as const satisfies Record<IsolationReportSummary["cause"], string>;

function ReportRow({
	report,
	isShown,
	onShow,
}: {
	report: IsolationReportSummary;
	isShown: boolean;
	onShow: () => void;
}) {
	const { label, icon: Icon, look } = looks[report.status];
	return (
		<li className="px-4 py-3 text-sm">
			<div className="flex flex-wrap items-center gap-x-3 gap-y-1">
				<span className={cn("flex items-center gap-1.5 font-medium", look)}>
					<Icon className="size-3.5" aria-hidden />
					{label}
				</span>
				<span className="font-mono text-xs">{report.host.name}</span>
				<span className="text-ink-faint text-xs">
					<RelativeTime at={report.finished_at ?? report.created_at} /> · {causes[report.cause]}
					{report.requested_by && ` by ${report.requested_by}`}
				</span>
				{report.passed + report.failed > 0 && (
					<Button size="sm" look="quiet" className="ml-auto" aria-expanded={isShown} onClick={onShow}>
						{report.passed} as promised, {report.failed} not
					</Button>
				)}
			</div>
			{report.message && <p className="whitespace-pre-wrap text-bad">{report.message}</p>}
			{isShown && <IsolationReportView id={report.id} />}
		</li>
	);
}
