"use client";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import type { HostResponse } from "@/lib/contract/workspace.ts";
import { api } from "../api-client.ts";
import { cn } from "../cn.ts";
import { PageColumn, PageHeader } from "../layout/page-header";
import { formatMib } from "../text/format-size.ts";
import { RelativeTime } from "../text/relative-time";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { CapacityBar } from "./capacity-bar";

export const hostKeys = { all: ["hosts"] as const, list: () => [...hostKeys.all, "list"] as const };

const everyMs = 10_000;

const hostQueries = {
	list: () =>
		queryOptions({
			queryKey: hostKeys.list(),
			queryFn: async ({ signal }) => (await api.listHosts({}, { signal })).data,
			refetchInterval: everyMs,
		}),
};

export function HostsPage() {
	const { data: hosts, error, refetch } = useQuery(hostQueries.list());
	return (
		<PageColumn>
			<PageHeader title="Hosts" text="The machines that devboxes run on." />
			{error && (
				<ErrorNote
					title="The hosts could not be listed"
					error={error}
					onRetry={() => void refetch()}
					className="mb-4"
				/>
			)}
			{!error && !hosts && <Skeleton className="h-40 w-full rounded-lg" />}
			{hosts?.length === 0 && (
				<p className="text-ink-soft">No host is registered. `npm start` registers the machine that it runs on.</p>
			)}
			<div className="flex flex-col gap-4 pb-16">
				{hosts?.map((host) => (
					<HostCard key={host.id} host={host} />
				))}
			</div>
		</PageColumn>
	);
}

const statusViews: Record<HostResponse["status"], { label: string; dot: string; text: string }> = {
	online: { label: "Online", dot: "bg-good", text: "text-good" },
	draining: { label: "Draining", dot: "bg-warning", text: "text-warning" },
	offline: { label: "Offline", dot: "bg-bad", text: "text-bad" },
};

function HostCard({ host }: { host: HostResponse }) {
	const status = statusViews[host.status];
	return (
		<section aria-label={host.name} className="rounded-lg border bg-surface">
			<header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-3">
				<h2 className="font-mono font-semibold text-base">{host.name}</h2>
				<span className={cn("flex items-center gap-1.5 font-medium text-sm", status.text)}>
					<span aria-hidden className={cn("size-2 rounded-full", status.dot)} />
					{status.label}
				</span>
				<span className="ml-auto text-ink-faint text-xs">
					{host.engine}
					{host.engine_version ? ` ${host.engine_version}` : ""}
					{host.probed_at && (
						<>
							{" "}
							· read <RelativeTime at={host.probed_at} />
						</>
					)}
				</span>
			</header>
			{host.status_message && (
				<p className="flex items-start gap-2 border-b bg-warning-wash px-4 py-2 text-sm">
					<CircleAlert className="mt-0.5 size-4 shrink-0 text-warning" aria-hidden />
					{host.status_message}
				</p>
			)}
			<div className="grid gap-x-8 gap-y-4 px-4 py-4 sm:grid-cols-3">
				<CapacityBar
					label="Devboxes"
					used={host.devbox_count}
					total={host.instances_max}
					format={(value) => String(value)}
					note={host.vcpus ? `${host.vcpus} vCPU` : null}
				/>
				<CapacityBar
					label="Memory"
					used={
						host.memory_total_mib !== null && host.memory_available_mib !== null
							? host.memory_total_mib - host.memory_available_mib
							: null
					}
					total={host.memory_total_mib}
					format={formatMib}
				/>
				<CapacityBar
					label="Storage pool"
					used={host.pool_used_gib}
					total={host.pool_total_gib}
					format={(gib) => formatMib(gib * 1024)}
				/>
			</div>
		</section>
	);
}
