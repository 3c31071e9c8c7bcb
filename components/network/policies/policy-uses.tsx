"use client";
import { useQuery } from "@tanstack/react-query";
import { cn } from "../../cn.ts";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { policyQueries } from "./policy-queries.ts";

/** Which devboxes follow a policy, and whose they are. */
export function PolicyUses({ id, className }: { id: string; className?: string }) {
	const { data: uses, error } = useQuery(policyQueries.uses(id));
	if (error) return <ErrorNote error={error} className={className ?? ""} />;
	if (!uses) return <Skeleton className={cn("h-6 w-full", className)} />;
	if (uses.length === 0) return <p className={cn("text-ink-faint text-sm", className)}>No devbox follows it.</p>;
	return (
		<ul className={cn("flex flex-col gap-0.5 text-sm", className)}>
			{uses.map((use) => (
				<li key={use.devbox_id} className="flex flex-wrap gap-x-2">
					<span className="font-medium">{use.devbox_name}</span>
					<span className="text-ink-soft">
						{use.owner}
						{use.is_running ? ", running" : ""}
					</span>
				</li>
			))}
		</ul>
	);
}
