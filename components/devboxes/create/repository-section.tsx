"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useFieldArray } from "react-hook-form";
import { repositoriesMax } from "@/lib/domain/repository-url.ts";
import { Button } from "../../ui/button";
import { Input } from "../../ui/field";
import { CreateField } from "./create-field";
import { fieldMark } from "./field-mark.ts";
import { pickableBranches } from "./pick-queries.ts";
import { RepositoryPicker } from "./repository-picker";
import type { CreateForm } from "./use-create-form.ts";

const emptyRepository = {
	repo_id: 0,
	full_name: "",
	ref: "",
	target_path: "",
	is_shallow: false,
	submodules: false,
	push: false,
};

/** One public address, and any number of repositories on GitHub. */
export function RepositorySection(state: CreateForm) {
	const { form, draft, defaults, errorAt } = state;
	const { fields, append, remove } = useFieldArray({ control: form.control, name: "repositories" });
	const mark = fieldMark(state, "repository");
	const isLocked = mark.isLocked === true;
	const standing = defaults?.repository.value;
	const rootError = errorAt("repositories.root");
	return (
		<div className="flex flex-col gap-3">
			<div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_11rem]">
				<CreateField
					id="new-repository"
					label="Repository"
					mark={mark}
					error={errorAt("repository")}
					hint="A public https address; it goes to /workspaces. Empty for none."
				>
					<Input
						id="new-repository"
						aria-describedby="new-repository-note"
						aria-invalid={errorAt("repository") ? true : undefined}
						className="font-mono text-sm disabled:opacity-60"
						placeholder="github.com/org/repo"
						disabled={isLocked}
						value={draft.repository ?? standing?.url ?? ""}
						onChange={(event) => form.setValue("repository", event.target.value)}
					/>
				</CreateField>
				<CreateField id="new-branch" label="Branch, tag or commit" error={errorAt("branch")}>
					<Input
						id="new-branch"
						aria-describedby="new-branch-note"
						aria-invalid={errorAt("branch") ? true : undefined}
						className="font-mono text-sm disabled:opacity-60"
						placeholder="its default branch"
						disabled={isLocked}
						value={draft.branch ?? (draft.repository === undefined ? (standing?.branch ?? "") : "")}
						onChange={(event) => form.setValue("branch", event.target.value)}
					/>
				</CreateField>
			</div>
			{fields.map((field, index) => (
				<RepositoryRow key={field.id} state={state} index={index} onRemove={() => remove(index)} />
			))}
			{rootError && (
				<p role="alert" className="text-bad text-xs">
					{rootError}
				</p>
			)}
			{!isLocked && fields.length < repositoriesMax && (
				<div className="flex flex-wrap items-center gap-2">
					<RepositoryPicker
						chosen={draft.repositories.map(({ full_name }) => full_name)}
						onPick={({ repo_id, full_name }) => append({ ...emptyRepository, repo_id, full_name })}
					/>
					<Button size="sm" onClick={() => append(emptyRepository)}>
						<Plus /> Add org/repo
					</Button>
				</div>
			)}
		</div>
	);
}

const parts = [
	{ key: "full_name", label: "Repository on GitHub", placeholder: "org/repo" },
	{ key: "ref", label: "Branch, tag or commit", placeholder: "its default branch" },
	{ key: "target_path", label: "Folder", placeholder: "/workspaces/repo" },
] as const;

const choices = [
	{ key: "is_shallow", label: "Latest commit only, without history" },
	{ key: "submodules", label: "With its submodules" },
	{ key: "push", label: "May push from inside" },
] as const;

function RepositoryRow({ state, index, onRemove }: { state: CreateForm; index: number; onRemove: () => void }) {
	const { form, draft, errorAt } = state;
	const { full_name = "", repo_id = 0 } = draft.repositories[index] ?? {};
	const name = full_name || `repository ${index + 1}`;
	const branchesId = `new-repositories-${index}-branches`;
	const { data: branches = [] } = useQuery({ ...pickableBranches(full_name), enabled: repo_id !== 0 });
	return (
		<fieldset className="relative grid gap-2 rounded-lg border bg-sunken/60 p-3 pr-10 sm:grid-cols-3">
			<legend className="sr-only">{name}</legend>
			{parts.map(({ key, label, placeholder }) => {
				const id = `new-repositories-${index}-${key}`;
				const error = errorAt(`repositories.${index}.${key}`);
				return (
					<CreateField key={key} id={id} label={label} error={error}>
						<Input
							id={id}
							aria-describedby={`${id}-note`}
							aria-invalid={error ? true : undefined}
							className="font-mono text-sm"
							placeholder={placeholder}
							list={key === "ref" ? branchesId : undefined}
							{...form.register(`repositories.${index}.${key}`)}
						/>
					</CreateField>
				);
			})}
			<datalist id={branchesId}>
				{branches.map((branch) => (
					<option key={branch.name} value={branch.name} />
				))}
			</datalist>
			<div className="flex flex-wrap gap-x-5 gap-y-1 text-ink-soft text-sm sm:col-span-3">
				{choices.map(({ key, label }) => (
					<label key={key} className="inline-flex items-center gap-2">
						<input
							type="checkbox"
							className="checkbox size-4 shrink-0"
							{...form.register(`repositories.${index}.${key}`)}
						/>
						{label}
					</label>
				))}
			</div>
			<Button
				look="quiet"
				size="iconSm"
				className="absolute top-2 right-2"
				aria-label={`Leave out ${name}`}
				onClick={onRemove}
			>
				<X />
			</Button>
		</fieldset>
	);
}
