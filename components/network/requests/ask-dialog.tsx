"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { requestWordsMax } from "@/lib/domain/network-request.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error-note";
import { Field } from "../../ui/field";
import { TextArea } from "../../ui/text-area";
import { networkKeys } from "../network-queries.ts";

type AskDialogProps = { devboxId: string; name: string; onClose: () => void };

/** Asks an admin for a name that the policy blocks. */
export function AskDialog({ devboxId, name, onClose }: AskDialogProps) {
	const client = useQueryClient();
	const [reason, setReason] = useState("");
	const ask = useMutation({
		mutationFn: () => api.createNetworkRequest({ id: devboxId, name, reason }),
		onSuccess: async () => {
			onClose();
			await client.invalidateQueries({ queryKey: networkKeys.devbox(devboxId) });
		},
	});
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={`Ask for ${name}`}
				description="An admin answers. Approved, this devbox reaches it within two seconds, for as long as they say."
				width="sm:max-w-md"
			>
				<form
					className="contents"
					onSubmit={(event) => {
						event.preventDefault();
						ask.mutate();
					}}
				>
					<DialogBody className="flex flex-col gap-4">
						<Field id="ask-reason" label="What for" hint="The admin reads it beside the name.">
							<TextArea
								id="ask-reason"
								rows={3}
								maxLength={requestWordsMax}
								aria-describedby="ask-reason-note"
								value={reason}
								onChange={(event) => setReason(event.target.value)}
							/>
						</Field>
						{ask.error && <ErrorNote title="It was not asked" error={ask.error} />}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Cancel</Button>
						<Button type="submit" look="primary" isBusy={ask.isPending}>
							Ask an admin
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}
