"use client";
import { useQuery } from "@tanstack/react-query";
import type { ComponentProps } from "react";
import type { WorkspaceDefaultsResponse } from "@/lib/contract/workspace-defaults.ts";
import type { DefaultField } from "@/lib/domain/workspace-defaults.ts";
import { catalogQueries } from "../devboxes/catalog-queries.ts";
import { RelativeTime } from "../text/relative-time";
import { Input, Select } from "../ui/field";
import { TextArea } from "../ui/text-area";
import { DefaultRow } from "./default-row";
import { NetworkRow } from "./network-row";
import { expiryChoices, idleChoices } from "./rule-choices.ts";
import { SaveBar } from "./save-bar";
import { type DefaultsForm as State, useDefaultsForm } from "./use-defaults-form.ts";

export function DefaultsForm({ defaults }: { defaults: WorkspaceDefaultsResponse }) {
	const state = useDefaultsForm(defaults);
	return (
		<form
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				state.save();
			}}
		>
			<div className="divide-y divide-line rounded-lg border bg-surface">
				<ImageRow state={state} />
				<SizeRow state={state} />
				<RepositoryRow state={state} />
				<SetupRows state={state} />
				<NetworkRow state={state} />
				<RuleRows state={state} />
			</div>
			<p className="mt-2 text-ink-faint text-xs">
				{defaults.updated_at ? (
					<>
						Changed by {defaults.updated_by} <RelativeTime at={defaults.updated_at} />. Version {defaults.version}.
					</>
				) : (
					"These are what the product comes with; nobody changed them."
				)}
			</p>
			<SaveBar state={state} />
		</form>
	);
}

type RowProps = { state: State };

/** What a control of a row needs beside its value. */
function control({ form }: State, field: DefaultField) {
	const error = form.formState.errors[field]?.message;
	return {
		error,
		props: {
			id: `default-${field}`,
			"aria-describedby": `default-${field}-note`,
			"aria-invalid": error ? true : undefined,
		} satisfies ComponentProps<"input">,
	};
}

function ImageRow({ state }: RowProps) {
	const { data: images } = useQuery(catalogQueries.images());
	const { error, props } = control(state, "image");
	const names = images?.map(({ name }) => name) ?? [];
	const value = state.draft.image;
	return (
		<DefaultRow state={state} field="image" label="Image" hint="What devboxes are copied from." error={error}>
			<Select {...props} className="w-full max-w-md font-mono text-sm" {...state.form.register("image")}>
				{(names.includes(value) ? names : [value, ...names]).map((name) => (
					<option key={name}>{name}</option>
				))}
			</Select>
		</DefaultRow>
	);
}

function SizeRow({ state }: RowProps) {
	const { data: sizes } = useQuery(catalogQueries.sizes());
	const { error, props } = control(state, "size");
	const known = sizes ?? [{ name: state.draft.size, vcpus: null, memory_mib: null }];
	return (
		<DefaultRow state={state} field="size" label="Size" hint="A cap on vCPUs and memory." error={error}>
			<Select {...props} className="w-full max-w-md" {...state.form.register("size")}>
				{known.map(({ name, vcpus, memory_mib }) => (
					<option key={name} value={name}>
						{name}
						{vcpus !== null && memory_mib !== null && ` · ${vcpus} vCPU, ${Math.round(memory_mib / 1024)} GiB`}
					</option>
				))}
			</Select>
		</DefaultRow>
	);
}

function RepositoryRow({ state }: RowProps) {
	const { error, props } = control(state, "repository");
	const { form } = state;
	const branchError = form.formState.errors.branch?.message;
	return (
		<DefaultRow
			state={state}
			field="repository"
			label="Repository"
			hint="A public https address, and its branch, tag or commit; empty for none. Locked: no devbox has another, nor more."
			error={error ?? branchError}
		>
			<div className="grid gap-2 sm:grid-cols-[minmax(0,1fr)_11rem]">
				<Input
					{...props}
					className="font-mono text-sm"
					placeholder="github.com/org/repo"
					{...form.register("repository")}
				/>
				<Input
					aria-label="Branch, tag or commit"
					aria-invalid={branchError ? true : undefined}
					className="font-mono text-sm"
					placeholder="default branch"
					{...form.register("branch")}
				/>
			</div>
		</DefaultRow>
	);
}

function SetupRows({ state }: RowProps) {
	const commands = control(state, "setup_commands");
	const timeout = control(state, "setup_timeout_seconds");
	return (
		<>
			<DefaultRow
				state={state}
				field="setup_commands"
				label="Setup commands"
				hint="One a line, run in order by bash once a devbox is made."
				error={commands.error}
			>
				<TextArea
					{...(commands.props as ComponentProps<"textarea">)}
					rows={4}
					spellCheck={false}
					className="font-mono text-sm"
					{...state.form.register("setup_commands")}
				/>
			</DefaultRow>
			<DefaultRow
				state={state}
				field="setup_timeout_seconds"
				label="Setup timeout"
				hint="Seconds, for all of them together: 30 to 3600."
				error={timeout.error}
			>
				<Input
					{...timeout.props}
					inputMode="numeric"
					className="max-w-32 nums"
					{...state.form.register("setup_timeout_seconds")}
				/>
			</DefaultRow>
		</>
	);
}

function RuleRows({ state }: RowProps) {
	const { form, draft } = state;
	const idle = control(state, "auto_stop_idle_timeout");
	const expiry = control(state, "expires_after");
	const quota = control(state, "devboxes_per_member");
	return (
		<>
			<DefaultRow
				state={state}
				field="auto_stop_idle_timeout"
				label="Stop when idle"
				hint="Without an open terminal, SSH connection, command or preview for so long. Files stay."
				error={idle.error}
			>
				<Choices props={idle.props} choices={idleChoices} register={form.register("auto_stop_idle_timeout")} />
			</DefaultRow>
			<DefaultRow
				state={state}
				field="expires_after"
				label="Destroy"
				hint="So long after it was made, with all its files. Locked: nobody can keep a devbox longer."
				error={expiry.error}
			>
				<Choices
					props={expiry.props}
					choices={expiryChoices(draft.expires_after)}
					register={form.register("expires_after")}
				/>
			</DefaultRow>
			<DefaultRow
				state={state}
				field="devboxes_per_member"
				label="Devboxes per member"
				hint="Locked: it holds for everybody, and numbers of their own do not count."
				error={quota.error}
			>
				<Input
					{...quota.props}
					inputMode="numeric"
					className="max-w-32 nums"
					{...form.register("devboxes_per_member")}
				/>
			</DefaultRow>
		</>
	);
}

type ChoicesProps = {
	props: ComponentProps<"input">;
	choices: readonly { value: string; label: string }[];
	register: ReturnType<State["form"]["register"]>;
};

function Choices({ props, choices, register }: ChoicesProps) {
	return (
		<Select {...(props as ComponentProps<"select">)} className="w-full max-w-md" {...register}>
			{choices.map(({ value, label }) => (
				<option key={value} value={value}>
					{label}
				</option>
			))}
		</Select>
	);
}
