"use client";
import type { ReactNode } from "react";
import { Dialog, DialogContent } from "./dialog";

type ShownOnceDialogProps = {
	/** "token", "link". */
	what: string;
	/** Until it is made. */
	title: string;
	isMade: boolean;
	onClose: () => void;
	children: ReactNode;
};

/** Makes what is shown this once: first its form, then itself, which a click beside the dialog must not lose. */
export function ShownOnceDialog({ what, title, isMade, onClose, children }: ShownOnceDialogProps) {
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={isMade ? `Copy the ${what} now` : title}
				description={isMade ? "It is shown this once. We keep only its hash." : undefined}
				onInteractOutside={(event) => isMade && event.preventDefault()}
			>
				{children}
			</DialogContent>
		</Dialog>
	);
}
