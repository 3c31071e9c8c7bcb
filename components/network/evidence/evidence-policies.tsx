import type { ReactNode } from "react";
import type { IsolationEvidence } from "@/lib/contract/isolation-evidence.ts";
import { counted } from "@/lib/domain/counted.ts";
import { policyWords } from "@/lib/domain/egress-policy.ts";
import { ExactTime } from "../../text/exact-time";
import { namedModeWords } from "../network-words.ts";
import { EvidenceNames } from "./evidence-names";

export function EvidencePolicies({ evidence }: { evidence: IsolationEvidence }) {
	const {
		default_policy: standard,
		policies,
		approvals,
		approval_count,
		internal_services: services,
		internal_ranges: ranges,
		audiences,
	} = evidence;
	return (
		<dl className="divide-y divide-line rounded-lg border bg-surface text-sm">
			<Part title="Default">
				<p>
					{capital(policyWords(standard.value))},{" "}
					{standard.is_locked ? "locked: no devbox may differ" : "not locked: a devbox may differ"}
				</p>
				<Note>
					{standard.updated_at ? (
						<>
							set by {standard.updated_by}, <ExactTime at={standard.updated_at} />
						</>
					) : (
						"as the product comes"
					)}
				</Note>
			</Part>
			<Part title="Named" none={policies.length === 0 && "No policy has a name."}>
				{policies.map(({ id, name, mode, egress_domains, setup, devbox_count, updated_at }) => (
					<Item key={id}>
						<span className="font-mono text-xs">{name}</span>: {namedModeWords[mode]}
						{setup && ", more while a devbox is set up"}
						{egress_domains.length > 0 && <EvidenceNames shownMax={12} names={egress_domains} />}
						<Note>
							{counted(devbox_count, "devbox", "devboxes")} · changed <ExactTime at={updated_at} />
						</Note>
					</Item>
				))}
			</Part>
			<Part title="Approved beside them" none={approvals.length === 0 && "No name is approved."}>
				{approvals.map(({ id, name, devbox, requested_by, answered_by, expires_at }) => (
					<Item key={id}>
						<span className="break-all font-mono text-xs">{name}</span> for {devbox.name}
						<Note>
							asked by {requested_by}, approved by {answered_by},{" "}
							{expires_at ? (
								<>
									until <ExactTime at={expires_at} />
								</>
							) : (
								"for good"
							)}
						</Note>
					</Item>
				))}
				{approval_count > approvals.length && <Note>and {approval_count - approvals.length} older ones</Note>}
			</Part>
			<Part title="Internal services" none={services.length === 0 && "None: no private address is reached."}>
				{services.map(({ id, name, address, ports, is_open, created_by, created_at }) => (
					<Item key={id}>
						{name}: <span className="break-words font-mono text-xs">{`${address} · ${ports.join(", ")}`}</span>
						{!is_open && ", closed by the operator"}
						<Note>
							added by {created_by}, <ExactTime at={created_at} />
						</Note>
					</Item>
				))}
			</Part>
			<Part title="Opened by the operator" none={ranges.length === 0 && "No range of private addresses."}>
				<p className="break-words font-mono text-xs">{ranges.join("  ")}</p>
			</Part>
			<Part title="Audiences of ID tokens" none={audiences.length === 0 && "None: no devbox can have a token."}>
				{audiences.map(({ audience, description, created_by, created_at }) => (
					<Item key={audience}>
						<span className="break-all font-mono text-xs">{audience}</span> {description}
						<Note>
							allowed by {created_by}, <ExactTime at={created_at} />
						</Note>
					</Item>
				))}
			</Part>
		</dl>
	);
}

function Part({ title, none, children }: { title: string; none?: string | false; children: ReactNode }) {
	return (
		<div className="px-4 py-3 sm:flex sm:gap-4">
			<dt className="shrink-0 text-ink-soft text-xs sm:w-36 sm:pt-0.5">{title}</dt>
			<dd className="flex min-w-0 flex-col gap-2">{none ? <p className="text-ink-soft">{none}</p> : children}</dd>
		</div>
	);
}

const Item = ({ children }: { children: ReactNode }) => <div className="break-words">{children}</div>;
const Note = ({ children }: { children: ReactNode }) => <p className="text-ink-faint text-xs">{children}</p>;

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
