"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { NetworkProposalResponse } from "@/lib/contract/network.ts";
import { Button } from "../../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { networkQueries } from "../network-queries.ts";

type Entry = NetworkProposalResponse["entries"][number];
type ProposalDialogProps = {
	devboxId: string;
	/** Null: the devbox may not have a list of its own. */
	onSave: ((entries: string[]) => void) | null;
	/** Null: who looks may make no policies. */
	onNewPolicy: ((entries: string[]) => void) | null;
	isBusy: boolean;
	error: unknown;
	onClose: () => void;
};

/** What was seen, to be picked from; nothing changes before something is saved. */
export function ProposalDialog({ devboxId, onSave, onNewPolicy, isBusy, error, onClose }: ProposalDialogProps) {
	// What is being reviewed does not move under the hand: it was read when the dialog opened.
	const { data, error: readError, refetch } = useQuery({ ...networkQueries.proposal(devboxId), staleTime: Infinity });
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const entries = data?.entries ?? [];
	const picked = entries.filter(({ entry }) => !left.has(entry)).map(({ entry }) => entry);
	const toggle = (entry: string) =>
		setLeft((now) => {
			const next = new Set(now);
			if (!next.delete(entry)) next.add(entry);
			return next;
		});
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title="A list from what was seen"
				description="Names that this devbox asked for and that are not listed. Leave out what it should not reach."
			>
				<DialogBody className="flex flex-col gap-3">
					{readError && <ErrorNote title="It could not be read" error={readError} onRetry={() => void refetch()} />}
					{!readError && !data && <Skeleton className="h-32 w-full rounded-lg" />}
					{data && entries.length === 0 && (
						<p className="text-ink-soft text-sm">Nothing was asked for that is not listed already.</p>
					)}
					{entries.length > 0 && (
						<ul className="divide-y divide-line rounded-lg border bg-surface">
							{entries.map((entry) => (
								<EntryRow
									key={entry.entry}
									entry={entry}
									isPicked={!left.has(entry.entry)}
									onToggle={() => toggle(entry.entry)}
								/>
							))}
						</ul>
					)}
					{error !== null && <ErrorNote title="It was not saved" error={error} />}
				</DialogBody>
				<DialogFooter className="flex-wrap">
					<Button onClick={onClose}>Cancel</Button>
					{onNewPolicy && (
						<Button disabled={picked.length === 0} onClick={() => onNewPolicy(picked)}>
							New named policy…
						</Button>
					)}
					{onSave && (
						<Button look="primary" isBusy={isBusy} disabled={picked.length === 0} onClick={() => onSave(picked)}>
							Save as its list
						</Button>
					)}
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}

function EntryRow({ entry, isPicked, onToggle }: { entry: Entry; isPicked: boolean; onToggle: () => void }) {
	const isFolded = entry.names.length > 1;
	return (
		<li className="px-3.5 py-2 text-sm">
			<label className="flex items-center gap-2.5">
				<input type="checkbox" className="checkbox size-4 shrink-0" checked={isPicked} onChange={onToggle} />
				<span className="min-w-0 flex-1 break-all font-mono text-xs">{entry.entry}</span>
				<span className="text-ink-soft text-xs tabular-nums">
					{entry.count === 1 ? "once" : `${entry.count} times`}
				</span>
			</label>
			{isFolded && (
				<details className="mt-1 pl-6.5 text-xs">
					<summary className="cursor-pointer text-ink-soft">{entry.names.length} names</summary>
					<p className="break-all font-mono text-ink-faint">{entry.names.join(" ")}</p>
				</details>
			)}
		</li>
	);
}
