"use client";
import { useQuery } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { MemberResponse } from "@/lib/contract/members.ts";
import { RelativeTime } from "../text/relative-time";
import { Avatar } from "../ui/avatar";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { workspaceQueries } from "./workspace-queries.ts";

const QuotaDialog = dynamic(() => import("./quota-dialog").then((module) => module.QuotaDialog), { ssr: false });

export function MemberTable() {
	const { data: members, error, refetch } = useQuery(workspaceQueries.members());
	const [edited, setEdited] = useState<MemberResponse | null>(null);
	if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
	if (!members) return <Skeleton className="h-36 w-full rounded-lg" />;
	return (
		<>
			<ul className="divide-y divide-line rounded-lg border bg-surface">
				{members.map((member) => (
					<li key={member.user.id} className="flex items-center gap-3 px-4 py-2.5 text-sm">
						<Avatar login={member.user.login} size="md" />
						<div className="min-w-0 flex-1">
							<p className="truncate font-medium">{member.user.name ?? member.user.login}</p>
							<p className="truncate text-ink-faint text-xs">
								<span className="font-mono">{member.user.login}</span> · {member.role} · joined{" "}
								<RelativeTime at={member.created_at} />
							</p>
						</div>
						<span
							className="whitespace-nowrap text-ink-soft nums"
							title={member.has_own_quota ? "A quota of their own" : "The default quota"}
						>
							{member.devbox_count} of {member.devbox_quota}
							<span className="max-sm:hidden"> devboxes</span>
						</span>
						<Button
							look="quiet"
							size="iconSm"
							aria-label={`Change the quota of ${member.user.login}`}
							onClick={() => setEdited(member)}
						>
							<Pencil />
						</Button>
					</li>
				))}
			</ul>
			{edited && <QuotaDialog member={edited} onClose={() => setEdited(null)} />}
		</>
	);
}
