"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { type CreatedApiTokenResponse, createApiTokenRequest } from "@/lib/contract/tokens.ts";
import { roleScopes, type Scope, scopeLabels } from "@/lib/domain/actor.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { useViewer } from "../layout/viewer";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy-button";
import { DialogBody, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Field, Input, Select } from "../ui/field";
import { ShownOnceDialog } from "../ui/shown-once-dialog";
import { tokenKeys } from "./token-queries.ts";

type FormValues = z.input<typeof createApiTokenRequest>;
const lifetimes = [7, 30, 90, 365];

export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
	const client = useQueryClient();
	const create = useMutation({
		mutationFn: (values: FormValues) => api.createApiToken(values),
		onSuccess: () => client.invalidateQueries({ queryKey: tokenKeys.list() }),
	});
	const made = create.data;
	return (
		<ShownOnceDialog
			what="token"
			title="New token"
			isBusy={create.isPending}
			isMade={made !== undefined}
			onClose={onClose}
		>
			{made ? (
				<TokenShown made={made} onClose={onClose} />
			) : (
				<TokenForm
					onSubmit={(values) => create.mutate(values)}
					onClose={onClose}
					isBusy={create.isPending}
					error={create.error}
				/>
			)}
		</ShownOnceDialog>
	);
}

function TokenShown({ made, onClose }: { made: CreatedApiTokenResponse; onClose: () => void }) {
	const header = made.kind === "provider" ? `X-Provider-Token: ${made.token}` : `Authorization: Bearer ${made.token}`;
	const lines = [
		{ label: "Token", text: made.token },
		{ label: "As a header", text: header },
	];
	return (
		<>
			<DialogBody className="flex flex-col gap-3">
				{lines.map(({ label, text }) => (
					<div key={label}>
						<p className="mb-1 font-medium text-ink-soft text-sm">{label}</p>
						<div className="flex items-center gap-1 rounded-md border bg-surface py-1 pr-1 pl-3">
							<code className="min-w-0 flex-1 break-all text-xs">{text}</code>
							<CopyButton text={text} label={`Copy: ${label}`} />
						</div>
					</div>
				))}
			</DialogBody>
			<DialogFooter>
				<Button look="primary" onClick={onClose}>
					I have copied it
				</Button>
			</DialogFooter>
		</>
	);
}

type TokenFormProps = {
	onSubmit: (values: FormValues) => void;
	onClose: () => void;
	isBusy: boolean;
	error: Error | null;
};

function TokenForm({ onSubmit, onClose, isBusy, error }: TokenFormProps) {
	const { isAdmin } = useViewer();
	const form = useForm({
		resolver: zodResolver(createApiTokenRequest),
		defaultValues: {
			name: "",
			kind: "personal",
			scopes: ["devbox:read", "devbox:write", "exec"],
			expires_in_days: 90,
		} satisfies FormValues as FormValues,
	});
	const { errors } = form.formState;
	const offered: readonly Scope[] = isAdmin ? roleScopes.admin : roleScopes.member;
	const scopesProblem = errors.scopes?.message ?? (isDevboxError(error) ? error.fieldMessage("scopes") : null);
	return (
		<form className="contents" noValidate onSubmit={form.handleSubmit((values) => onSubmit(values))}>
			<DialogBody className="flex flex-col gap-4">
				<Field id="token-name" label="Name" error={errors.name && "Say what it is for."} hint="What it is for.">
					<Input
						id="token-name"
						placeholder="deploy bot"
						autoComplete="off"
						maxLength={80}
						aria-describedby="token-name-note"
						aria-invalid={errors.name ? true : undefined}
						{...form.register("name")}
					/>
				</Field>
				{isAdmin && (
					<Field
						id="token-kind"
						label="Kind"
						hint={
							form.watch("kind") === "provider"
								? "A service's own, sent as X-Provider-Token: alone it acts for you, with a user's token for that user."
								: "Acts for you, sent as a bearer token."
						}
					>
						<Select id="token-kind" aria-describedby="token-kind-note" className="w-full" {...form.register("kind")}>
							<option value="personal">Personal</option>
							<option value="provider">Provider (service)</option>
						</Select>
					</Field>
				)}
				<fieldset>
					<legend className="mb-1 font-medium text-ink-soft text-sm">What it may do</legend>
					<div className="flex flex-col gap-1.5">
						{offered.map((scope) => (
							<label key={scope} className="flex items-start gap-2.5 text-sm">
								<input
									type="checkbox"
									value={scope}
									className="checkbox mt-0.5 size-4 shrink-0"
									{...form.register("scopes")}
								/>
								<span>
									<code className="text-xs">{scope}</code>
									<span className="block text-ink-faint text-xs">{scopeLabels[scope]}</span>
								</span>
							</label>
						))}
					</div>
					{scopesProblem && (
						<p role="alert" className="mt-1 text-bad text-xs">
							{errors.scopes ? "Choose one at least." : scopesProblem}
						</p>
					)}
				</fieldset>
				<Field id="token-life" label="Expires">
					<Select
						id="token-life"
						className="w-full"
						{...form.register("expires_in_days", { setValueAs: (text) => (text === "" ? null : Number(text)) })}
					>
						{lifetimes.map((days) => (
							<option key={days} value={days}>
								in {days} days
							</option>
						))}
						<option value="">never</option>
					</Select>
				</Field>
				{error && !scopesProblem && <ErrorNote title="The token was not made" error={error} />}
			</DialogBody>
			<DialogFooter>
				<Button disabled={isBusy} onClick={onClose}>
					Cancel
				</Button>
				<Button type="submit" look="primary" isBusy={isBusy}>
					Make token
				</Button>
			</DialogFooter>
		</form>
	);
}
