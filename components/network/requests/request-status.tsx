import { CircleCheck, CircleX, Clock, History, type LucideIcon } from "lucide-react";
import type { NetworkRequestResponse } from "@/lib/contract/network-requests.ts";
import { cn } from "../../cn.ts";
import { RelativeTime } from "../../text/relative-time";

const views = {
	pending: { label: "Waits for an admin", icon: Clock, look: "text-warning" },
	approved: { label: "Approved", icon: CircleCheck, look: "text-good" },
	declined: { label: "Declined", icon: CircleX, look: "text-bad" },
	ended: { label: "Ended", icon: History, look: "text-ink-soft" },
} as const satisfies Record<NetworkRequestResponse["status"], { label: string; icon: LucideIcon; look: string }>;

/** How a request stands, who said so, and how long it holds. */
export function RequestStatus({ request }: { request: NetworkRequestResponse }) {
	const { label, icon: Icon, look } = views[request.status];
	return (
		<div className="text-sm">
			<p className="flex flex-wrap items-center gap-x-2">
				<span className={cn("flex items-center gap-1.5", look)}>
					<Icon className="size-3.5" aria-hidden />
					{label}
				</span>
				<span className="text-ink-faint text-xs">
					{request.status === "approved" &&
						(request.expires_at ? (
							<>
								ends <RelativeTime at={request.expires_at} />
							</>
						) : (
							"for good"
						))}
					{request.answered_by && ` by ${request.answered_by}`}
				</span>
			</p>
			{request.answer && <p className="break-words text-ink-soft">{request.answer}</p>}
		</div>
	);
}
