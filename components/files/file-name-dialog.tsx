"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { escapeControls } from "../text/ansi.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Field, Input } from "../ui/field";
import { fileNameProblem } from "./file-paths.ts";
import { fileKeys } from "./file-queries.ts";

type FileNameDialogProps = {
	title: string;
	/** Of the directory that gets a folder, or of what is renamed. */
	path: string;
	action: string;
	devboxId: string;
	initial?: string;
	onSave: (name: string) => Promise<unknown>;
	onClose: () => void;
};

/** Asks for one name: of a new folder, or a new one of something. */
export function FileNameDialog({ title, path, action, devboxId, initial = "", onSave, onClose }: FileNameDialogProps) {
	const client = useQueryClient();
	const [name, setName] = useState(initial);
	const [problem, setProblem] = useState<string | null>(null);
	const save = useMutation({
		mutationFn: onSave,
		onSuccess: async () => {
			await client.invalidateQueries({ queryKey: fileKeys.all(devboxId) });
			onClose();
		},
	});
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={title}
				description={<code className="break-all">{escapeControls(path)}</code>}
				width="sm:max-w-sm"
			>
				<form
					className="contents"
					noValidate
					onSubmit={(event) => {
						event.preventDefault();
						const found = fileNameProblem(name);
						setProblem(found);
						if (!found) save.mutate(name);
					}}
				>
					<DialogBody className="flex flex-col gap-3">
						<Field id="file-name" label="Name" error={problem}>
							<Input
								id="file-name"
								value={name}
								autoComplete="off"
								spellCheck={false}
								aria-describedby="file-name-note"
								aria-invalid={problem ? true : undefined}
								className="font-mono text-sm"
								onChange={(event) => setName(event.target.value)}
								onFocus={(event) => event.target.select()}
							/>
						</Field>
						{save.error && <ErrorNote error={save.error} />}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Cancel</Button>
						<Button type="submit" look="primary" isBusy={save.isPending}>
							{action}
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}
