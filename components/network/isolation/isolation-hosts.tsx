"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { HostIsolation } from "@/lib/contract/isolation.ts";
import { api } from "../../api-client.ts";
import { cn } from "../../cn.ts";
import { RelativeTime } from "../../text/relative-time";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { isolationKeys, isolationQueries } from "./isolation-queries.ts";
import { standingLook } from "./isolation-words.ts";

export function IsolationHosts() {
	const { data: hosts, error, refetch } = useQuery(isolationQueries.hosts());
	const queries = useQueryClient();
	const request = useMutation({
		mutationFn: (hostId: string) => api.requestIsolationReports({ host_id: hostId }),
		onSuccess: () => queries.invalidateQueries({ queryKey: isolationKeys.all }),
	});
	if (error && !hosts)
		return <ErrorNote title="The hosts could not be read" error={error} onRetry={() => void refetch()} />;
	if (!hosts) return <Skeleton className="h-20 w-full rounded-lg" />;
	if (hosts.length === 0) return <p className="text-ink-soft text-sm">No host is registered.</p>;
	return (
		<div className="flex flex-col gap-3">
			{request.error && <ErrorNote title="The audit could not be asked for" error={request.error} />}
			<ul className="divide-y divide-line rounded-lg border bg-surface">
				{hosts.map((host) => (
					<HostRow
						key={host.host.id}
						host={host}
						isAsking={request.isPending && request.variables === host.host.id}
						onAsk={() => request.mutate(host.host.id)}
					/>
				))}
			</ul>
		</div>
	);
}

type HostRowProps = { host: HostIsolation; isAsking: boolean; onAsk: () => void };

function HostRow({ host: { host, latest, open, problem, next_at, ...standing }, isAsking, onAsk }: HostRowProps) {
	const { label, icon: Icon, look } = standingLook(standing);
	return (
		<li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
			<div className="min-w-0 flex-1 basis-60">
				<p className="flex flex-wrap items-center gap-x-3 gap-y-1">
					<span className="font-medium font-mono text-xs">{host.name}</span>
					<span className={cn("flex items-center gap-1.5 font-medium", look)}>
						<Icon className="size-3.5" aria-hidden />
						{label}
					</span>
				</p>
				<p className="text-ink-faint text-xs">
					{latest?.finished_at && (
						<>
							audited <RelativeTime at={latest.finished_at} />
						</>
					)}
					{latest && next_at && " · "}
					{next_at && (
						<>
							{Date.parse(next_at) > Date.now() ? "next by time" : "was due"} <RelativeTime at={next_at} />
						</>
					)}
					{!next_at && `${latest ? " · " : ""}none comes by time`}
				</p>
				{problem && standing.standing !== "never" && (
					<p className="break-words text-bad text-xs">{sentence(problem)}</p>
				)}
				{open && (
					<p role="status" className="whitespace-pre-wrap break-words text-ink-soft text-xs">
						{open.status === "pending" ? "Waits for a worker." : (open.message ?? "Its canary is being made.")}
					</p>
				)}
			</div>
			<Button size="sm" onClick={onAsk} isBusy={isAsking} disabled={open !== null}>
				{open ? "Audit under way…" : "Run an audit"}
				<span className="sr-only"> of {host.name}</span>
			</Button>
		</li>
	);
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
