import Link from "next/link";
import type { IsolationEvidence } from "@/lib/contract/isolation-evidence.ts";
import { counted } from "@/lib/domain/counted.ts";
import { cn } from "../../cn.ts";
import { ExactTime } from "../../text/exact-time";
import { standingLook } from "../isolation/isolation-words.ts";

export function EvidenceHosts({ evidence: { hosts } }: { evidence: IsolationEvidence }) {
	if (hosts.length === 0) return <p className="text-ink-soft text-sm">None: no devbox is on a host.</p>;
	return (
		<ul className="divide-y divide-line rounded-lg border bg-surface">
			{hosts.map((host) => (
				<HostRow key={host.host.id} host={host} />
			))}
		</ul>
	);
}

function HostRow({
	host: { host, latest, problem, devbox_count, ...standing },
}: {
	host: IsolationEvidence["hosts"][number];
}) {
	const { label, icon: Icon, look } = standingLook(standing);
	return (
		<li className="px-4 py-3 text-sm">
			<p className="flex flex-wrap items-center gap-x-3 gap-y-1">
				<span className="font-medium font-mono text-xs">{host.name}</span>
				<span className={cn("flex items-center gap-1.5 font-medium", look)}>
					<Icon className="size-3.5" aria-hidden />
					{label}
				</span>
				<span className="text-ink-soft text-xs">{counted(devbox_count, "devbox", "devboxes")}</span>
			</p>
			{problem && (
				<p className="break-words text-bad text-xs">
					{host.name}: {problem}.
				</p>
			)}
			{latest?.finished_at && (
				<p className="text-ink-soft text-xs">
					<ExactTime at={latest.finished_at} /> · {latest.passed} attempts as promised, {latest.failed} not,{" "}
					{latest.not_tried} not tried ·{" "}
					<Link
						href={`/settings/network?section=isolation&report=${latest.id}`}
						className="underline underline-offset-2"
					>
						report of {host.name}
					</Link>
				</p>
			)}
		</li>
	);
}
