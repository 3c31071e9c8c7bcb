"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FileEntryResponse } from "@/lib/contract/files.ts";
import { api } from "../api-client.ts";
import { escapeControls } from "../text/ansi.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { fileKeys } from "./file-queries.ts";

type RemoveFileDialogProps = { devboxId: string; path: string; entry: FileEntryResponse; onClose: () => void };

/** There is no undo inside a box: it says so before. */
export function RemoveFileDialog({ devboxId, path, entry, onClose }: RemoveFileDialogProps) {
	const client = useQueryClient();
	const isDirectory = entry.kind === "directory";
	const remove = useMutation({
		mutationFn: () => api.removeFile({ id: devboxId, path, recursive: isDirectory ? "true" : "false" }),
		onSuccess: async () => {
			await client.invalidateQueries({ queryKey: fileKeys.all(devboxId) });
			onClose();
		},
	});
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={`Remove ${escapeControls(entry.name)}?`}
				description={
					<>
						<code className="break-all">{escapeControls(path)}</code>
						<br />
						{isDirectory ? "The directory and all in it are gone for good." : "It is gone for good."}
					</>
				}
				width="sm:max-w-sm"
			>
				{remove.error && (
					<DialogBody>
						<ErrorNote error={remove.error} />
					</DialogBody>
				)}
				<DialogFooter>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="danger" isBusy={remove.isPending} onClick={() => remove.mutate()}>
						Remove
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}
