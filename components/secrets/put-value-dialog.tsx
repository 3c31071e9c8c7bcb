"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { putSecretValueRequest, type SecretResponse } from "@/lib/contract/secrets.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { secretKeys } from "./secret-queries.ts";
import { SecretValueField } from "./secret-value-field";
import { StaleBoxes } from "./stale-boxes";

export function PutValueDialog({ secret, onClose }: { secret: SecretResponse; onClose: () => void }) {
	const client = useQueryClient();
	const form = useForm({
		resolver: zodResolver(putSecretValueRequest, undefined, { raw: true }),
		defaultValues: { value: "" },
	});
	const put = useMutation({
		mutationFn: (values: { value: string }) => api.putSecretValue({ id: secret.id, ...values }),
		onSuccess: async (changed) => {
			form.reset();
			await client.invalidateQueries({ queryKey: secretKeys.all });
			if (changed.stale_devboxes.length === 0) onClose();
		},
	});
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				holdsWork={form.formState.isDirty}
				title={put.data ? `${secret.name} has a new value` : `New value for ${secret.name}`}
				description={
					put.data ? undefined : `It becomes version ${secret.version + 1}. The old one can be made the newest again.`
				}
			>
				{put.data ? (
					<>
						<DialogBody>
							<StaleBoxes secretId={secret.id} stale={put.data.stale_devboxes} onDone={onClose} />
						</DialogBody>
						<DialogFooter>
							<Button onClick={onClose}>Close</Button>
						</DialogFooter>
					</>
				) : (
					<form className="contents" noValidate onSubmit={form.handleSubmit((values) => put.mutate(values))}>
						<DialogBody className="flex flex-col gap-4">
							<SecretValueField field={form.register("value")} error={form.formState.errors.value?.message} />
							{put.error && <ErrorNote title="The value was not changed" error={put.error} />}
						</DialogBody>
						<DialogFooter>
							<Button onClick={onClose}>Cancel</Button>
							<Button type="submit" look="primary" isBusy={put.isPending}>
								Set value
							</Button>
						</DialogFooter>
					</form>
				)}
			</DialogContent>
		</Dialog>
	);
}
