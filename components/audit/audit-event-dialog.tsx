"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import type { AuditEventResponse } from "@/lib/contract/audit.ts";
import { formatExact } from "../text/format-time.ts";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy-button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import type { AuditView } from "./audit-filters.ts";
import { Outcome } from "./audit-table";
import { actionLabel, actorHow, actorName, isNothing, targetHref, targetText } from "./audit-words.ts";

type AuditEventDialogProps = {
	event: AuditEventResponse;
	onClose: () => void;
	onFilter: (change: Partial<AuditView>) => void;
};

/** All that is known of one event. */
export function AuditEventDialog({ event, onClose, onFilter }: AuditEventDialogProps) {
	const { target, actor } = event;
	const href = targetHref(event);
	const details = Object.entries(event.detail).filter(([, value]) => !isNothing(value));
	const narrow = (change: Partial<AuditView>) => {
		onClose();
		onFilter(change);
	};
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent title={actionLabel(event.action)} description={formatExact(Date.parse(event.at))}>
				<DialogBody>
					<dl>
						<Fact name="Outcome">
							<Outcome outcome={event.outcome} />
						</Fact>
						<Fact name="Actor">
							{actorName(event)} <span className="text-ink-faint">{actorHow(event)}</span>
						</Fact>
						{actor.user_id && <Id name="User" value={actor.user_id} />}
						{actor.credential_id && <Id name="Credential" value={actor.credential_id} />}
						{target && (
							<Fact name="Target">
								{target.kind.replaceAll("_", " ")}{" "}
								{href ? (
									<Link href={href} className="font-mono text-xs underline">
										{targetText(event)}
									</Link>
								) : (
									<span className="font-mono text-xs">{targetText(event)}</span>
								)}
							</Fact>
						)}
						{target?.id && <Id name="Target's id" value={target.id} />}
						{event.address && <Id name="Address" value={event.address} />}
						{event.request_id && <Id name="Request" value={event.request_id} />}
						<Id name="Event" value={event.id} />
						{details.map(([name, value]) => (
							<Fact key={name} name={name.replaceAll("_", " ")}>
								<span className="break-all font-mono text-xs">{shown(value)}</span>
							</Fact>
						))}
					</dl>
				</DialogBody>
				<DialogFooter className="flex-wrap">
					{target?.id && <Button onClick={() => narrow({ target: target.id ?? "" })}>All of this target</Button>}
					{actor.user_id && <Button onClick={() => narrow({ actor: actor.user_id ?? "" })}>All of this actor</Button>}
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}

function shown(value: unknown): string {
	if (Array.isArray(value)) return value.map(String).join(", ");
	return typeof value === "string" ? value : JSON.stringify(value);
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
	return (
		<div className="flex justify-between gap-4 border-line/70 border-b py-2 text-sm last:border-0">
			<dt className="shrink-0 text-ink-soft first-letter:uppercase">{name}</dt>
			<dd className="min-w-0 break-words text-right">{children}</dd>
		</div>
	);
}

function Id({ name, value }: { name: string; value: string }) {
	return (
		<Fact name={name}>
			<span className="flex items-center justify-end gap-1">
				<span className="break-all font-mono text-xs">{value}</span>
				<CopyButton text={value} label={`Copy: ${name}`} />
			</span>
		</Fact>
	);
}
