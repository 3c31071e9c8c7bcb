import type { EvidenceDevbox } from "@/lib/contract/isolation-evidence.ts";
import { type Enforcement, enforcementWords, networkModeLabels } from "@/lib/domain/egress-policy.ts";
import { ExactTime } from "../../text/exact-time";
import { EvidenceNames } from "./evidence-names";

export function EvidenceDevboxes({ devboxes, isNow }: { devboxes: readonly EvidenceDevbox[]; isNow: boolean }) {
	if (devboxes.length === 0)
		return <p className="text-ink-soft text-sm">{isNow ? "There is no devbox now." : "There was no devbox then."}</p>;
	return (
		<ul className="divide-y divide-line rounded-lg border bg-surface">
			{devboxes.map((devbox) => (
				<DevboxRow key={devbox.id} devbox={devbox} />
			))}
		</ul>
	);
}

const enforcementLooks = {
	open: "",
	enforced: "text-good",
	pending: "text-warning",
	down: "text-bad",
} as const satisfies Record<Enforcement, string>;

function DevboxRow({
	devbox: { name, owner, host, created_at, image_ref, network, tailscale },
}: {
	devbox: EvidenceDevbox;
}) {
	const force = enforcementWords[network.enforcement];
	return (
		<li className="px-4 py-3 text-sm">
			<p className="flex flex-wrap items-baseline gap-x-3">
				<span className="break-all font-medium">{name}</span>
				<span className="text-ink-soft text-xs">
					{owner} · {host ? `on ${host.name}` : "on no host yet"}
				</span>
			</p>
			<p className="break-words">
				{networkModeLabels[network.mode]}
				{network.policy && (
					<>
						, by <span className="font-mono text-xs">{network.policy}</span>
					</>
				)}
				{force && <span className={enforcementLooks[network.enforcement]}>, {force}</span>}
				{network.is_setting_up && <span className="text-warning">, being set up with more than that</span>}
			</p>
			{network.mode === "enforce" && <EvidenceNames shownMax={6} names={network.egress_domains} />}
			{network.internal_services.length > 0 && (
				<p className="break-words text-ink-soft text-xs">
					internal services: <span className="font-mono">{network.internal_services.join("  ")}</span>
				</p>
			)}
			{network.changed_at && (
				<p className="text-warning text-xs">
					Changed since, <ExactTime at={network.changed_at} />: the audit log has what it was.
				</p>
			)}
			<p className="break-words text-ink-faint text-xs">
				made <ExactTime at={created_at} /> from {image_ref} ·{" "}
				{tailscale ? `tailnet: ${tailscale.status} as ${tailscale.hostname}` : "no tailnet"}
			</p>
		</li>
	);
}
