"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ComponentProps, useState } from "react";
import type { PersonalSettingsResponse } from "@/lib/contract/personal-settings.ts";
import { dotfilesScripts, shells } from "@/lib/domain/personal-settings.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Field, Input, Select } from "../ui/field";
import { showToast } from "../ui/toast-store.ts";
import { changesOf, type PersonalField as Name, personalFields as names, valuesOf } from "./personal-values.ts";
import { profileKeys } from "./profile-queries.ts";

/** An empty field takes a setting away. */
export function PersonalForm({ settings }: { settings: PersonalSettingsResponse }) {
	const client = useQueryClient();
	const [read, setRead] = useState(() => valuesOf(settings));
	const [values, setValues] = useState(read);
	const save = useMutation({
		mutationFn: () => api.updatePersonalSettings(changesOf(values, read)),
		onSuccess: (saved) => {
			client.setQueryData(profileKeys.settings(), saved);
			setRead(valuesOf(saved));
			setValues(valuesOf(saved));
			showToast({ text: "Saved. It holds for the devboxes that you make from now on." });
		},
	});
	const problemOf = (name: Name) => (isDevboxError(save.error) ? save.error.fieldMessage(name) : null);
	const hasFieldProblem = names.some((name) => problemOf(name) !== null);
	const text = (name: Name, o: { label: string; hint?: string; placeholder?: string; isMono?: boolean }) => (
		<TextField
			id={name}
			{...o}
			error={problemOf(name)}
			value={values[name]}
			onChange={(event) => setValues({ ...values, [name]: event.target.value })}
		/>
	);
	const { defaults } = settings;
	return (
		<form
			noValidate
			className="flex flex-col gap-4 rounded-lg border bg-surface px-4 py-4"
			onSubmit={(event) => {
				event.preventDefault();
				save.mutate();
			}}
		>
			<div className="grid gap-4 sm:grid-cols-2">
				{text("commit_name", { label: "Name in commits", placeholder: defaults.commit_name ?? "Ada Lovelace" })}
				{text("commit_email", {
					label: "E-mail in commits",
					placeholder: defaults.commit_email ?? "ada@example.com",
					hint: defaults.commit_email ? "When empty, as at GitHub." : undefined,
				})}
			</div>
			{text("dotfiles_repository", {
				label: "Dotfiles repository",
				placeholder: "github.com/you/dotfiles",
				hint: "Public, or one that your GitHub connection reaches. It is cloned to ~/.dotfiles, and then its script runs.",
				isMono: true,
			})}
			<div className="grid gap-4 sm:grid-cols-2">
				{text("dotfiles_ref", { label: "Branch, tag or commit", placeholder: "its default branch", isMono: true })}
				{text("dotfiles_script", {
					label: "Script",
					placeholder: dotfilesScripts[0],
					hint: `When empty, the first that it has: ${dotfilesScripts.slice(0, 3).join(", ")}, …`,
					isMono: true,
				})}
			</div>
			<div className="grid gap-4 sm:grid-cols-2">
				<Field id="shell" label="Shell" hint="Where the image has it.">
					<Select
						id="shell"
						aria-describedby="shell-note"
						className="w-full text-sm"
						value={values.shell}
						onChange={(event) => setValues({ ...values, shell: event.target.value })}
					>
						<option value="">As in the image</option>
						{shells.map((shell) => (
							<option key={shell}>{shell}</option>
						))}
					</Select>
				</Field>
				{text("editor", { label: "Editor", placeholder: "vim", hint: "EDITOR and VISUAL.", isMono: true })}
			</div>
			{save.error && !hasFieldProblem && <ErrorNote error={save.error} />}
			<div className="flex justify-end">
				<Button type="submit" look="primary" isBusy={save.isPending}>
					Save settings
				</Button>
			</div>
		</form>
	);
}

type TextFieldProps = ComponentProps<"input"> & {
	id: string;
	label: string;
	hint?: string;
	error: string | null;
	isMono?: boolean;
};

function TextField({ id, label, hint, error, isMono = false, ...input }: TextFieldProps) {
	return (
		<Field id={id} label={label} hint={hint} error={error}>
			<Input
				id={id}
				autoComplete="off"
				spellCheck={false}
				aria-invalid={error ? true : undefined}
				aria-describedby={error || hint ? `${id}-note` : undefined}
				className={isMono ? "font-mono text-sm" : "text-sm"}
				{...input}
			/>
		</Field>
	);
}
