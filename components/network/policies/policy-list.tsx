"use client";
import { useState } from "react";
import { counted } from "@/lib/domain/counted.ts";
import { RelativeTime } from "../../text/relative-time";
import { Button } from "../../ui/button";
import { type NamedPolicyResponse, namedModeWords } from "../network-words.ts";
import { PolicyUses } from "./policy-uses";

type PolicyListProps = {
	policies: readonly NamedPolicyResponse[];
	onEdit: (policy: NamedPolicyResponse) => void;
	onDelete: (policy: NamedPolicyResponse) => void;
};

export function PolicyList({ policies, onEdit, onDelete }: PolicyListProps) {
	return (
		<ul className="divide-y divide-line rounded-lg border bg-surface">
			{policies.map((policy) => (
				<PolicyRow key={policy.id} policy={policy} onEdit={() => onEdit(policy)} onDelete={() => onDelete(policy)} />
			))}
		</ul>
	);
}

const namesShownMax = 6;

type PolicyRowProps = { policy: NamedPolicyResponse; onEdit: () => void; onDelete: () => void };

function PolicyRow({ policy, onEdit, onDelete }: PolicyRowProps) {
	const [isOpen, setOpen] = useState(false);
	const { name, egress_domains: domains, devbox_count: boxes } = policy;
	const followers = counted(boxes, "devbox", "devboxes");
	const more = domains.length - namesShownMax;
	return (
		<li className="px-4 py-3">
			<div className="flex flex-wrap items-center gap-x-3 gap-y-2">
				<div className="min-w-0 flex-1 basis-52">
					<p className="font-medium font-mono text-xs">{name}</p>
					<p className="text-ink-soft text-sm">{namedModeWords[policy.mode]}</p>
					{domains.length > 0 && (
						<p className="break-words font-mono text-ink-faint text-xs">
							{domains.slice(0, namesShownMax).join("  ")}
							{more > 0 && ` and ${more} more`}
						</p>
					)}
					<p className="text-ink-faint text-xs">
						{policy.setup && "more while a devbox is set up · "}
						changed <RelativeTime at={policy.updated_at} />
					</p>
				</div>
				<div className="flex items-center gap-1.5">
					<Button
						look="quiet"
						size="sm"
						aria-expanded={isOpen}
						aria-label={`${followers} that follow${boxes === 1 ? "s" : ""} ${name}`}
						onClick={() => setOpen(!isOpen)}
					>
						{followers}
					</Button>
					<Button size="sm" aria-label={`Change ${name}`} onClick={onEdit}>
						Change
					</Button>
					<Button look="dangerQuiet" size="sm" aria-label={`Delete ${name}`} onClick={onDelete}>
						Delete
					</Button>
				</div>
			</div>
			{isOpen && <PolicyUses id={policy.id} className="mt-2" />}
		</li>
	);
}
