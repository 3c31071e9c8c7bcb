"use client";
import { escapeControls } from "../text/ansi.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { pastedLines } from "./paste-lines.ts";

const previewMax = 2_000;

/** Asked once: a paste of many lines may run many commands. */
export function PasteDialog({ text, onClose }: { text: string; onClose: (isConfirmed: boolean) => void }) {
	const preview = text.length > previewMax ? `${text.slice(0, previewMax)}…` : text;
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose(false)}>
			<DialogContent
				title={`Paste ${pastedLines(text)} lines?`}
				description="Each line may run as a command. You are asked once until you leave this page."
				onCloseAutoFocus={(event) => event.preventDefault()}
			>
				<DialogBody>
					<pre className="scroll-quiet max-h-56 overflow-auto rounded-lg border bg-sunken p-3 text-ink-soft text-xs leading-5">
						{escapeControls(preview)}
					</pre>
				</DialogBody>
				<DialogFooter>
					<Button onClick={() => onClose(false)}>Cancel</Button>
					<Button look="primary" autoFocus onClick={() => onClose(true)}>
						Paste
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}
