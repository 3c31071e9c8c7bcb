"use client";
import { useQuery } from "@tanstack/react-query";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { PipelineName } from "@/lib/domain/pipelines.ts";
import { formatDuration, formatElapsed } from "../text/format-time.ts";
import { RelativeTime } from "../text/relative-time";
import { useNow } from "../text/use-now.ts";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { devboxQueries } from "./devbox-queries.ts";
import { firstFailure, groupRuns, hasLiveOutput, type OperationRun } from "./operation-runs.ts";
import { OperationStep } from "./operation-step";

const pipelineLabels: Readonly<Record<string, string>> = {
	"create-devbox": "Create",
	"start-devbox": "Start",
	"stop-devbox": "Stop",
	"destroy-devbox": "Destroy",
	"refresh-environment": "Refresh the environment",
	"join-tailscale": "Join the tailnet",
	"leave-tailscale": "Leave the tailnet",
	"audit-isolation": "Isolation audit",
} satisfies Record<PipelineName, string>;

export function OperationTimeline({ box }: { box: DevboxResponse }) {
	const { data, error, refetch } = useQuery(devboxQueries.operations(box.id));
	if (error) return <ErrorNote title="The steps could not be read" error={error} onRetry={() => void refetch()} />;
	if (!data) return <TimelineSkeleton />;
	const runs = groupRuns(data);
	const openId = firstFailure(runs);
	return (
		<div className="flex flex-col gap-6">
			{runs.map((run) => (
				<RunSection key={run.id} run={run} openId={openId} />
			))}
		</div>
	);
}

function RunSection({ run, openId }: { run: OperationRun; openId: string | null }) {
	const label = pipelineLabels[run.pipeline] ?? run.pipeline;
	return (
		<section aria-label={label}>
			<h2 className="mb-1.5 flex items-baseline gap-2 text-ink-faint text-xs">
				<span className="font-medium">{label}</span>
				<RunDuration run={run} />
				<span className="ml-auto">
					<RelativeTime at={run.createdAt} />
				</span>
			</h2>
			<ol className="overflow-hidden rounded-lg border bg-surface">
				{run.operations.map((operation, index) => {
					const isNext = run.operations.slice(0, index).every((step) => step.status !== "pending");
					const isCurrent = run.status === "running" && isNext && operation.status === "pending";
					return (
						<OperationStep
							key={operation.id}
							operation={operation}
							isCurrent={isCurrent}
							isOpenAtFirst={operation.id === openId || (isCurrent && hasLiveOutput(operation))}
						/>
					);
				})}
			</ol>
		</section>
	);
}

function RunDuration({ run }: { run: OperationRun }) {
	const now = useNow("second");
	const first = run.operations[0];
	const last = run.operations.findLast((operation) => operation.finished_at);
	if (!first || now === null) return null;
	const from = Date.parse(first.created_at);
	if (run.status === "running") return <span className="nums">{formatElapsed(now - from)}</span>;
	return last?.finished_at ? <span className="nums">{formatDuration(Date.parse(last.finished_at) - from)}</span> : null;
}

function TimelineSkeleton() {
	return (
		<div role="status" aria-label="Loading the steps">
			<Skeleton className="mb-2 h-4 w-24" />
			<div className="rounded-lg border">
				{["a", "b", "c", "d", "e"].map((key) => (
					<div key={key} className="flex h-11 items-center gap-3 border-b px-3.5 last:border-0">
						<Skeleton className="size-4 rounded-full" />
						<Skeleton className="h-3.5 w-44" />
						<Skeleton className="ml-auto h-3.5 w-10" />
					</div>
				))}
			</div>
		</div>
	);
}
