"use client";
import { Play, Square, Trash2, X } from "lucide-react";
import { Button } from "../ui/button";
import type { ListedDevbox } from "./listed-devbox.ts";

type BulkBarProps = {
	selected: readonly ListedDevbox[];
	onStop: (boxes: ListedDevbox[]) => void;
	onStart: (boxes: ListedDevbox[]) => void;
	onDestroy: (boxes: ListedDevbox[]) => void;
	onClear: () => void;
};

/** What can be done with the selected rows; only what at least one of them allows. */
export function BulkBar({ selected, onStop, onStart, onDestroy, onClear }: BulkBarProps) {
	const able = (action: ListedDevbox["actions"][number]) => selected.filter((box) => box.actions.includes(action));
	const stoppable = able("stop");
	const startable = able("start");
	const destroyable = able("destroy");
	if (selected.length === 0) return null;
	return (
		<section
			aria-label="Selected devboxes"
			className="fixed bottom-5 left-1/2 z-30 flex -translate-x-1/2 animate-rise items-center gap-1 rounded-xl border bg-raised p-1.5 shadow-pop"
		>
			<span className="whitespace-nowrap px-2 text-sm nums" role="status">
				{selected.length} selected
			</span>
			{stoppable.length > 0 && (
				<Button look="quiet" onClick={() => onStop(stoppable)}>
					<Square /> Stop {stoppable.length < selected.length && stoppable.length}
				</Button>
			)}
			{startable.length > 0 && (
				<Button look="quiet" onClick={() => onStart(startable)}>
					<Play /> Start {startable.length < selected.length && startable.length}
				</Button>
			)}
			{destroyable.length > 0 && (
				<Button look="dangerQuiet" onClick={() => onDestroy(destroyable)}>
					<Trash2 /> Destroy…
				</Button>
			)}
			<Button look="quiet" size="icon" aria-label="Clear the selection" onClick={onClear}>
				<X />
			</Button>
		</section>
	);
}
