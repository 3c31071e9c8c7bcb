import { CircleCheck, CircleHelp, ShieldAlert } from "lucide-react";
import Link from "next/link";
import type { IsolationEvidence } from "@/lib/contract/isolation-evidence.ts";
import { auditActions } from "@/lib/domain/audit.ts";
import { inOrderWords } from "@/lib/domain/isolation-standing.ts";
import { ExactTime } from "../../text/exact-time";

/** What is not in order first; and, of a past moment, what was changed since. */
export function EvidenceSummary({ evidence }: { evidence: IsolationEvidence }) {
	const { at, is_now, problems, hosts, product_version, changes_since } = evidence;
	const newHosts = hosts.flatMap(({ host, is_new }) => (is_new ? [host.name] : []));
	return (
		<div className="flex flex-col gap-3">
			{problems.length > 0 ? (
				<div
					role="alert"
					className="flex items-start gap-3 rounded-lg border border-bad/30 bg-bad-wash px-4 py-3 text-sm"
				>
					<ShieldAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
					<div className="min-w-0">
						<p className="font-medium">Not in order</p>
						<ul>
							{problems.map((problem) => (
								<li key={problem} className="break-words">
									{problem}.
								</li>
							))}
						</ul>
						<Link href="/settings/network?section=isolation" className="underline underline-offset-2">
							Isolation audits
						</Link>
					</div>
				</div>
			) : (
				hosts.length > 0 && (
					<p className="flex items-center gap-2 text-sm">
						{newHosts.length > 0 ? (
							<CircleHelp className="size-4 shrink-0 text-warning" aria-hidden />
						) : (
							<CircleCheck className="size-4 shrink-0 text-good" aria-hidden />
						)}
						{inOrderWords(newHosts)}
					</p>
				)
			)}
			<p className="text-ink-soft text-xs">
				As of <ExactTime at={at} /> · server version {product_version}
			</p>
			{!is_now && (
				<div className="rounded-lg border border-warning/40 bg-warning-wash px-4 py-3 text-sm">
					<p>
						The devboxes, hosts and audits are those of then. Policies, approvals, internal services, audiences, setup
						and tailnets are as they are today
						{changes_since.length === 0 ? ", and by the audit log nothing of them was changed since." : "."}
					</p>
					{changes_since.length > 0 && (
						<>
							<p className="mt-1">Changed since, by the audit log:</p>
							<ul className="list-disc pl-5">
								{changes_since.map(({ action, count }) => (
									<li key={action}>
										<Link href={`/audit?${new URLSearchParams({ action })}`} className="underline underline-offset-2">
											{auditActions[action as keyof typeof auditActions] ?? action}
										</Link>
										: {count}
									</li>
								))}
							</ul>
						</>
					)}
				</div>
			)}
		</div>
	);
}
