"use client";
import { useQuery } from "@tanstack/react-query";
import { HardDrive, Network, SquareTerminal } from "lucide-react";
import { useState } from "react";
import { useViewer } from "../layout/viewer";
import { formatBytes } from "../text/format-size.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Field, Input } from "../ui/field";
import { devboxQueries } from "./devbox-queries.ts";
import type { ListedDevbox } from "./listed-devbox.ts";

type DestroyDialogProps = { boxes: ListedDevbox[]; onClose: () => void; onDestroy: () => Promise<void> };

/** A box that nobody worked in has nothing to lose. */
export function hasWork(box: Pick<ListedDevbox, "last_used_at">): boolean {
	return box.last_used_at !== null;
}

/** Says what is lost, and asks for the name only where something would be. */
export function DestroyDialog({ boxes, onClose, onDestroy }: DestroyDialogProps) {
	const [typed, setTyped] = useState("");
	const [isBusy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const one = boxes.length === 1 ? boxes[0] : undefined;
	const needsName = boxes.some(hasWork);
	const wanted = one ? one.name : "destroy";
	const title = one ? `Destroy ${one.name}?` : `Destroy ${boxes.length} devboxes?`;
	const submit = async () => {
		setBusy(true);
		setError(null);
		try {
			await onDestroy();
			onClose();
		} catch (failure) {
			setError(failure);
			setBusy(false);
		}
	};
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent title={title} description="This cannot be undone." width="sm:max-w-md">
				<form
					className="contents"
					onSubmit={(event) => {
						event.preventDefault();
						void submit();
					}}
				>
					<DialogBody className="flex flex-col gap-4">
						{one ? <LossOfOne box={one} /> : <LossOfMany boxes={boxes} />}
						{needsName && (
							<Field id="destroy-confirm" label={one ? `Type ${wanted} to confirm` : `Type “${wanted}” to confirm`}>
								<Input
									id="destroy-confirm"
									autoFocus
									autoComplete="off"
									spellCheck={false}
									className="font-mono text-sm"
									value={typed}
									onChange={(event) => setTyped(event.target.value)}
								/>
							</Field>
						)}
						{error !== null && <ErrorNote error={error} />}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Keep {one ? "devbox" : "them"}</Button>
						<Button
							type="submit"
							look="danger"
							isBusy={isBusy}
							autoFocus={!needsName}
							disabled={needsName && typed !== wanted}
						>
							{one ? "Destroy devbox" : `Destroy ${boxes.length} devboxes`}
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}

function LossOfMany({ boxes }: { boxes: ListedDevbox[] }) {
	return (
		<div>
			<p className="mb-2 text-ink-soft text-sm">All files in them and everything that runs there are lost:</p>
			<ul className="scroll-quiet max-h-44 overflow-y-auto rounded-lg border bg-sunken px-3 py-2 font-mono text-xs leading-6">
				{boxes.map((box) => (
					<li key={box.id} className="flex justify-between gap-3">
						<span className="truncate">{box.name}</span>
						<span className="shrink-0 font-sans text-ink-faint">{hasWork(box) ? box.owner.login : "never used"}</span>
					</li>
				))}
			</ul>
		</div>
	);
}

function LossOfOne({ box }: { box: ListedDevbox }) {
	const canAsk = box.actions.includes("open_terminal");
	const terminals = useQuery({ ...devboxQueries.terminals(box.id), enabled: canAsk, retry: false });
	const ports = useQuery({ ...devboxQueries.ports(box.id), enabled: canAsk, retry: false });
	const { userId } = useViewer();
	// Another's numbers are not shown.
	const metrics = useQuery({ ...devboxQueries.metrics(box.id), enabled: box.owner.id === userId, retry: false });
	const diskBytes = metrics.data?.findLast((sample) => sample.disk_bytes !== null)?.disk_bytes;
	if (box.ready_at === null)
		return <p className="text-ink-soft text-sm">It was never ready: there is nothing in it to lose.</p>;
	return (
		<ul className="flex flex-col gap-2 text-sm [&_li]:flex [&_li]:gap-2.5 [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint">
			<li>
				<HardDrive aria-hidden />
				<span>
					All of its files{diskBytes ? ` (${formatBytes(diskBytes)} with the image)` : ""}: work that is not pushed
					elsewhere is lost.
				</span>
			</li>
			{terminals.data && terminals.data.length > 0 && (
				<li>
					<SquareTerminal aria-hidden />
					<span>
						{terminals.data.length === 1 ? "The open terminal" : `${terminals.data.length} open terminals`} and what
						runs there:{" "}
						<span className="font-mono text-xs">{terminals.data.map((terminal) => terminal.name).join(", ")}</span>
					</span>
				</li>
			)}
			{ports.data && ports.data.length > 0 && (
				<li>
					<Network aria-hidden />
					<span>
						What listens on{" "}
						<span className="font-mono text-xs">
							{ports.data.map((port) => (port.process ? `${port.port} (${port.process})` : port.port)).join(", ")}
						</span>
					</span>
				</li>
			)}
		</ul>
	);
}
