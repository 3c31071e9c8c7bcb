"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleSlash, CircleX, type LucideIcon, Moon, Server } from "lucide-react";
import type { HostResponse } from "@/lib/contract/workspace.ts";
import { cn } from "../../cn.ts";
import { Section } from "../../layout/section";
import { RelativeTime } from "../../text/relative-time";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { networkQueries } from "../network-queries.ts";

/** What enforces the policies, host by host. */
export function FiltersSection() {
	const { data: hosts, error, refetch } = useQuery(networkQueries.filters());
	return (
		<div className="max-w-3xl">
			<Section
				title="Egress filters"
				text="An instance of its own on each host that every devbox with a policy goes through. It is made when the first devbox needs it."
			>
				{error && !hosts && (
					<ErrorNote title="The hosts could not be read" error={error} onRetry={() => void refetch()} />
				)}
				{!error && !hosts && <Skeleton className="h-20 w-full rounded-lg" />}
				{hosts?.length === 0 && <p className="text-ink-soft text-sm">No host is registered.</p>}
				{hosts && hosts.length > 0 && (
					<ul className="divide-y divide-line rounded-lg border bg-surface">
						{hosts.map((host) => (
							<FilterRow key={host.id} host={host} />
						))}
					</ul>
				)}
			</Section>
		</div>
	);
}

type View = { label: string; icon: LucideIcon; look: string };
const views: Record<"running" | "down" | "off" | "none", View> = {
	running: { label: "Running", icon: Server, look: "text-good" },
	down: { label: "Down", icon: CircleX, look: "text-bad" },
	off: { label: "Off: no devbox needs it", icon: Moon, look: "text-ink-soft" },
	none: { label: "Cannot enforce policies", icon: CircleSlash, look: "text-ink-soft" },
};

function FilterRow({ host: { name, filter } }: { host: HostResponse }) {
	const { label, icon: Icon, look } = views[filter?.status ?? "none"];
	return (
		<li className="px-4 py-3 text-sm">
			<p className="flex flex-wrap items-center gap-x-3 gap-y-1">
				<span className="font-medium font-mono text-xs">{name}</span>
				<span className={cn("flex items-center gap-1.5", look)}>
					<Icon className="size-3.5" aria-hidden />
					{label}
				</span>
			</p>
			<p className="text-ink-faint text-xs">
				{filter === null && "It needs the product to be started as root on the host."}
				{filter?.since && (
					<>
						so since <RelativeTime at={filter.since} />
					</>
				)}
				{filter?.started_at && (
					<>
						{filter.since && " · "}last started <RelativeTime at={filter.started_at} />
					</>
				)}
			</p>
			{filter?.message && (
				<p className={cn("break-words text-sm", filter.status === "down" ? "text-bad" : "text-warning")}>
					{filter.message}
				</p>
			)}
		</li>
	);
}
