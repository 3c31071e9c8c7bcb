"use client";
import { useQuery } from "@tanstack/react-query";
import { ShieldAlert } from "lucide-react";
import Link from "next/link";
import { RelativeTime } from "../../text/relative-time";
import { isolationQueries, latestReports } from "./isolation-queries.ts";

/** Loud, on every page of an admin, while the latest audit of a host says that a promise is not kept. */
export function IsolationAlert() {
	const { data = [] } = useQuery({ ...isolationQueries.list(), staleTime: 60_000 });
	const broken = latestReports(data).filter(({ status }) => status === "failed" || status === "error");
	return broken.map((report) => (
		<div
			key={report.id}
			role="alert"
			className="flex items-start gap-3 border-bad/30 border-b bg-bad-wash px-4 py-2.5 text-sm"
		>
			<ShieldAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
			<p>
				<span className="font-medium">
					{report.status === "failed"
						? `Isolation audit of ${report.host.name} failed: ${report.failed} ${report.failed === 1 ? "attempt was" : "attempts were"} not as promised`
						: `Isolation audit of ${report.host.name} ended without a result`}
				</span>
				{report.finished_at && (
					<>
						{", "}
						<RelativeTime at={report.finished_at} />
					</>
				)}
				.{" "}
				<Link href={`/settings/network?section=isolation&report=${report.id}`} className="underline underline-offset-2">
					Read the report
				</Link>
			</p>
		</div>
	));
}
