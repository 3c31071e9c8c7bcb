"use client";
import type { ReactNode } from "react";
import { Dialog, DialogContent } from "./dialog";

type ShownOnceDialogProps = {
	/** "token", "link". */
	what: string;
	/** Until it is made. */
	title: string;
	/** It is being made: it would come to be unseen. */
	isBusy: boolean;
	isMade: boolean;
	onClose: () => void;
	children: ReactNode;
};

/** Makes what is shown this once: first its form, then itself, which only its buttons take away. */
export function ShownOnceDialog({ what, title, isBusy, isMade, onClose, children }: ShownOnceDialogProps) {
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && !isBusy && onClose()}>
			<DialogContent
				title={isMade ? `Copy the ${what} now` : title}
				description={isMade ? "It is shown this once. We keep only its hash." : undefined}
				holdsWork={isMade}
			>
				{children}
			</DialogContent>
		</Dialog>
	);
}
