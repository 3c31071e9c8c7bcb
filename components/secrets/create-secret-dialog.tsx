"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { createSecretRequest } from "@/lib/contract/secrets.ts";
import { api } from "../api-client.ts";
import { useViewer } from "../layout/viewer";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Field, Input, Select } from "../ui/field";
import { secretKeys } from "./secret-queries.ts";
import { SecretValueField } from "./secret-value-field";

type FormValues = z.input<typeof createSecretRequest>;

export function CreateSecretDialog({ onClose }: { onClose: () => void }) {
	const client = useQueryClient();
	const { isAdmin } = useViewer();
	const form = useForm({
		resolver: zodResolver(createSecretRequest, undefined, { raw: true }),
		defaultValues: {
			name: "",
			scope: "user",
			value: "",
			description: "",
			env_name: null,
			in_all_boxes: false,
		} satisfies FormValues as FormValues,
	});
	const create = useMutation({
		mutationFn: (values: FormValues) => api.createSecret(values),
		onSuccess: async () => {
			onClose();
			await client.invalidateQueries({ queryKey: secretKeys.all });
		},
	});
	const { errors, isDirty } = form.formState;
	const isShared = form.watch("scope") === "workspace";
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent title="Add secret" holdsWork={isDirty}>
				<form className="contents" noValidate onSubmit={form.handleSubmit((values) => create.mutate(values))}>
					<DialogBody className="flex flex-col gap-4">
						<Field id="secret-name" label="Name" error={errors.name?.message} hint="As npm-token. Unique among yours.">
							<Input
								id="secret-name"
								autoComplete="off"
								aria-describedby="secret-name-note"
								aria-invalid={errors.name ? true : undefined}
								{...form.register("name")}
							/>
						</Field>
						<SecretValueField field={form.register("value")} error={errors.value?.message} />
						{isAdmin && (
							<Field id="secret-scope" label="Whose">
								<Select id="secret-scope" className="w-full" {...form.register("scope")}>
									<option value="user">Mine</option>
									<option value="workspace">The workspace's: every member may use it</option>
								</Select>
							</Field>
						)}
						<Field
							id="secret-variable"
							label="Variable"
							error={errors.env_name?.message}
							hint="The name it has in a devbox, as NPM_TOKEN. Optional."
						>
							<Input
								id="secret-variable"
								autoComplete="off"
								className="font-mono text-xs"
								aria-describedby="secret-variable-note"
								aria-invalid={errors.env_name ? true : undefined}
								{...form.register("env_name", { setValueAs: (text) => text || null })}
							/>
						</Field>
						<label className="flex items-center gap-2 text-sm">
							<input type="checkbox" className="checkbox size-4" {...form.register("in_all_boxes")} />
							{isShared ? "In all boxes of the workspace" : "In all my boxes"}, from their next start
						</label>
						<Field id="secret-note" label="Description" error={errors.description?.message}>
							<Input id="secret-note" autoComplete="off" {...form.register("description")} />
						</Field>
						{create.error && <ErrorNote title="The secret was not added" error={create.error} />}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Cancel</Button>
						<Button type="submit" look="primary" isBusy={create.isPending}>
							Add secret
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}
