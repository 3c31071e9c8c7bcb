"use client";
import type { NetworkRequestResponse } from "@/lib/contract/network-requests.ts";
import { RelativeTime } from "../../text/relative-time";
import { RequestStatus } from "./request-status";

/** What was asked for one devbox, for its owner. */
export function OwnRequests({ requests }: { requests: readonly NetworkRequestResponse[] }) {
	return (
		<ul className="divide-y divide-line rounded-lg border bg-surface">
			{requests.map((request) => (
				<li key={request.id} className="flex flex-wrap items-start justify-between gap-x-6 gap-y-1 px-4 py-2.5">
					<div className="min-w-0">
						<p className="break-all font-mono text-xs">{request.name}</p>
						<p className="break-words text-ink-faint text-xs">
							asked <RelativeTime at={request.asked_at} />
							{request.reason && `: ${request.reason}`}
						</p>
					</div>
					<RequestStatus request={request} />
				</li>
			))}
		</ul>
	);
}
