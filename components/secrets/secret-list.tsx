"use client";
import { useState } from "react";
import type { SecretResponse } from "@/lib/contract/secrets.ts";
import { counted } from "@/lib/domain/counted.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { DeleteSecretDialog } from "./delete-secret-dialog";
import { PutValueDialog } from "./put-value-dialog";
import { SecretUses } from "./secret-uses";

type Asked = { kind: "value" | "delete"; secret: SecretResponse };

export function SecretList({ secrets }: { secrets: SecretResponse[] }) {
	const [asked, setAsked] = useState<Asked | null>(null);
	const close = () => setAsked(null);
	return (
		<>
			<ul className="divide-y divide-line rounded-lg border bg-surface">
				{secrets.map((secret) => (
					<SecretRow key={secret.id} secret={secret} onAsk={(kind) => setAsked({ kind, secret })} />
				))}
			</ul>
			{asked?.kind === "value" && <PutValueDialog secret={asked.secret} onClose={close} />}
			{asked?.kind === "delete" && <DeleteSecretDialog secret={asked.secret} onClose={close} />}
		</>
	);
}

function SecretRow({ secret, onAsk }: { secret: SecretResponse; onAsk: (kind: Asked["kind"]) => void }) {
	const [isOpen, setOpen] = useState(false);
	const { name, version, devbox_count: boxes } = secret;
	const held = counted(boxes, "devbox", "devboxes");
	return (
		<li className="px-4 py-3">
			<div className="flex flex-wrap items-center gap-x-3 gap-y-2">
				<div className="min-w-0 flex-1 basis-52">
					<p className="flex flex-wrap items-center gap-2 text-sm">
						<span className="truncate font-medium font-mono text-xs">{name}</span>
						{secret.env_name && <span className="font-mono text-ink-faint text-xs">{secret.env_name}</span>}
						{secret.in_all_boxes && (
							<span className="shrink-0 rounded-full bg-hover px-2 text-ink-soft text-xs">
								{secret.scope === "user" ? "in all my boxes" : "in all boxes"}
							</span>
						)}
					</p>
					{secret.description && <p className="break-words text-ink-soft text-sm">{secret.description}</p>}
					<p className="text-ink-faint text-xs">
						version {version}, set <RelativeTime at={secret.value_changed_at} /> ·{" "}
						{secret.last_used_at ? (
							<>
								used <RelativeTime at={secret.last_used_at} />
							</>
						) : (
							"never used"
						)}
					</p>
				</div>
				<div className="flex items-center gap-1.5">
					<Button
						look="quiet"
						size="sm"
						aria-expanded={isOpen}
						aria-label={`${held}: uses and versions of ${name}`}
						onClick={() => setOpen(!isOpen)}
					>
						{held}
					</Button>
					{secret.can_change && (
						<>
							<Button size="sm" aria-label={`New value for ${name}`} onClick={() => onAsk("value")}>
								New value
							</Button>
							<Button look="dangerQuiet" size="sm" aria-label={`Delete ${name}`} onClick={() => onAsk("delete")}>
								Delete
							</Button>
						</>
					)}
				</div>
			</div>
			{isOpen && <SecretUses secret={secret} />}
		</li>
	);
}
