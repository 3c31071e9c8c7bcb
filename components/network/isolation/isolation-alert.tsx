"use client";
import { useQuery } from "@tanstack/react-query";
import { ShieldAlert } from "lucide-react";
import Link from "next/link";
import type { HostIsolation } from "@/lib/contract/isolation.ts";
import { isolationQueries } from "./isolation-queries.ts";

/** Whether the report has something to mend. */
const isRead = (standing: HostIsolation["standing"]) => standing === "failed" || standing === "error";

/** Loud, on every page of an admin, until a host's last audit says that every promise is kept, and is not too long ago. */
export function IsolationAlert() {
	const { data = [] } = useQuery({ ...isolationQueries.hosts(), staleTime: 60_000 });
	const broken = data.filter(({ problem }) => problem);
	return broken.map(({ host, problem, latest, standing, open }) => (
		<div
			key={host.id}
			role="alert"
			className="flex items-start gap-3 border-bad/30 border-b bg-bad-wash px-4 py-2.5 text-sm"
		>
			<ShieldAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
			<p className="min-w-0 break-words">
				<span className="font-medium">
					Isolation audit of {host.name}: {problem}.
				</span>{" "}
				<Link
					href={`/settings/network?section=isolation${isRead(standing) && latest ? `&report=${latest.id}` : ""}`}
					className="underline underline-offset-2"
				>
					{isRead(standing) ? "Read the report" : "Run one"}
				</Link>
				{isRead(standing) ? ", mend what it names, and run another." : "."} This goes once an audit of the host has
				passed{open && "; one is under way"}.
			</p>
		</div>
	));
}
