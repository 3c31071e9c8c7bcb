"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Dices } from "lucide-react";
import { useRouter } from "next/navigation";
import { Controller, useForm } from "react-hook-form";
import type { z } from "zod";
import { createDevboxForm } from "@/lib/contract/devboxes.ts";
import { suggestDevboxName } from "@/lib/domain/devbox-name.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { profileKeys } from "../settings/profile-queries.ts";
import { formatBytes } from "../text/format-size.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Field, Input, Select } from "../ui/field";
import { Kbd } from "../ui/kbd";
import { Tooltip } from "../ui/tooltip";
import { catalogQueries } from "./catalog-queries.ts";
import { storeDevboxes } from "./devbox-cache.ts";
import { RequestPreview } from "./request-preview";
import { SizeCards } from "./size-cards";

type FormValues = z.input<typeof createDevboxForm>;
type FieldName = "name" | "image" | "size";
const fieldNames: readonly FieldName[] = ["name", "image", "size"];

/** Two keys finish it: `c`, then Enter. */
export function CreateDevboxDialog({ onClose }: { onClose: () => void }) {
	const router = useRouter();
	const client = useQueryClient();
	const form = useForm({
		resolver: zodResolver(createDevboxForm),
		defaultValues: { name: suggestDevboxName(), image: "builtin:base", size: "s" } satisfies FormValues,
	});
	const create = useMutation({
		mutationFn: (values: FormValues) => api.createDevbox(values),
		onSuccess: (box) => {
			storeDevboxes(client, [box]);
			void client.invalidateQueries({ queryKey: profileKeys.me() });
			router.push(`/devboxes/${box.id}`);
		},
		onError: (error) => {
			if (!isDevboxError(error)) return;
			if (error.code === "name_taken") form.setError("name", { message: error.detail }, { shouldFocus: true });
			for (const field of fieldNames) {
				const message = error.fieldMessage(field);
				if (message) form.setError(field, { message });
			}
		},
	});
	const { errors } = form.formState;
	const { name, image = "builtin:base", size = "s" } = form.watch();
	const isFieldError =
		isDevboxError(create.error) && (create.error.code === "name_taken" || fieldNames.some((field) => errors[field]));
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent title="New devbox" width="sm:max-w-xl" onOpenAutoFocus={(event) => focusName(event)}>
				<form className="contents" noValidate onSubmit={form.handleSubmit((input) => create.mutate(input))}>
					<DialogBody className="flex flex-col gap-4">
						<Field
							id="new-name"
							label="Name"
							error={errors.name?.message}
							hint="Lower-case letters, digits and hyphens; it is the host name inside."
						>
							<div className="relative">
								<Input
									id="new-name"
									autoComplete="off"
									spellCheck={false}
									aria-invalid={errors.name ? true : undefined}
									aria-describedby="new-name-note"
									className="pr-9 font-mono text-sm"
									{...form.register("name")}
								/>
								<Tooltip text="Suggest another">
									<Button
										look="quiet"
										size="iconSm"
										className="absolute top-0.5 right-0.5"
										aria-label="Suggest another"
										onClick={() => form.setValue("name", suggestDevboxName(), { shouldValidate: true })}
									>
										<Dices />
									</Button>
								</Tooltip>
							</div>
						</Field>
						<Controller
							control={form.control}
							name="image"
							render={({ field }) => (
								<ImageField value={field.value ?? ""} onChange={field.onChange} error={errors.image?.message} />
							)}
						/>
						<div>
							<p id="new-size" className="mb-1 font-medium text-ink-soft text-sm">
								Size
							</p>
							<Controller
								control={form.control}
								name="size"
								render={({ field }) => (
									<SizeCards labelledBy="new-size" value={field.value ?? "s"} onChange={field.onChange} />
								)}
							/>
							{errors.size && (
								<p role="alert" className="text-bad text-xs">
									{errors.size.message}
								</p>
							)}
						</div>
						<RequestPreview body={{ name, image, size }} />
						{create.error && !isFieldError && <ErrorNote title="The devbox was not created" error={create.error} />}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Cancel</Button>
						<Button type="submit" look="primary" isBusy={create.isPending || create.isSuccess}>
							Create devbox
							<span className="pointer-coarse:hidden [&_kbd]:border-transparent [&_kbd]:bg-accent-ink/18 [&_kbd]:text-accent-ink">
								<Kbd>↵</Kbd>
							</span>
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}

/** The name is selected: Enter takes the suggestion, typing replaces it. */
function focusName(event: Event): void {
	event.preventDefault();
	const input = document.getElementById("new-name");
	if (input instanceof HTMLInputElement) input.select();
}

function ImageField({
	value,
	onChange,
	error,
}: {
	value: string;
	onChange: (image: string) => void;
	error: string | undefined;
}) {
	const { data: images } = useQuery(catalogQueries.images());
	const chosen = images?.find((image) => image.name === value);
	const hint = chosen ? `${chosen.description} ${formatBytes(chosen.size_bytes)}.` : " ";
	return (
		<Field id="new-image" label="Image" error={error} hint={hint}>
			<Select
				id="new-image"
				aria-describedby="new-image-note"
				aria-invalid={error ? true : undefined}
				className="w-full font-mono text-sm"
				value={value}
				onChange={(event) => onChange(event.target.value)}
			>
				{(images?.map((image) => image.name) ?? [value]).map((name) => (
					<option key={name} value={name}>
						{name}
					</option>
				))}
			</Select>
		</Field>
	);
}
