"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Field, Select } from "../../ui/field";
import { isAtText, TailscaleFields } from "./tailscale-fields";
import { type Tailscale, tailscaleKeys } from "./tailscale-queries.ts";
import { requestOfTexts, type TailscaleTexts, textsOf } from "./tailscale-texts.ts";

type Draft = TailscaleTexts & {
	is_enabled: boolean;
	is_locked: boolean;
	on_failure: Tailscale["on_failure"];
};

export function TailscaleForm({ tailscale }: { tailscale: Tailscale }) {
	const client = useQueryClient();
	const [draft, setDraft] = useState<Draft>(() => draftOf(tailscale));
	const save = useMutation({
		mutationFn: (changed: Draft) => api.setTailscale(requestOf(changed)),
		onSuccess: (saved) => client.setQueryData(tailscaleKeys.own(), saved),
	});
	const set = (changes: Partial<Draft>) => setDraft((current) => ({ ...current, ...changes }));
	const errorAt = (field: string) => (isDevboxError(save.error) ? save.error.fieldMessage(field) : null);
	const isChanged = JSON.stringify(draft) !== JSON.stringify(draftOf(tailscale));
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save.mutate(draft);
	};
	return (
		<form noValidate className="flex flex-col gap-4" onSubmit={submit}>
			<div className="grid gap-4 sm:grid-cols-2">
				<TailscaleFields value={draft} onChange={set} errorAt={errorAt} />
				<Field
					id="tailscale-on_failure"
					label="A devbox that cannot join"
					hint="When Tailscale is away, or refuses. The devbox says which."
				>
					<Select
						id="tailscale-on_failure"
						aria-describedby="tailscale-on_failure-note"
						className="w-full"
						value={draft.on_failure}
						onChange={(event) => set({ on_failure: event.target.value as Draft["on_failure"] })}
					>
						<option value="warn">Is ready without, with a warning</option>
						<option value="fail">Fails</option>
					</Select>
				</Field>
			</div>
			<div className="flex flex-col gap-2">
				{(
					[
						["is_enabled", "New devboxes join, unless their maker says otherwise"],
						["is_locked", "Locked: no devbox may differ"],
					] as const
				).map(([field, label]) => (
					<label key={field} className="flex items-center gap-2.5 text-sm">
						<input
							type="checkbox"
							className="checkbox size-4"
							checked={draft[field]}
							onChange={(event) => set({ [field]: event.target.checked })}
						/>
						{label}
					</label>
				))}
			</div>
			{save.error && !isAtText(errorAt) && <ErrorNote error={save.error} />}
			<div>
				<Button type="submit" look="primary" disabled={!isChanged} isBusy={save.isPending}>
					Save
				</Button>
			</div>
		</form>
	);
}

function draftOf(tailscale: Tailscale): Draft {
	const { is_enabled, is_locked, on_failure } = tailscale;
	return { is_enabled, is_locked, on_failure, ...textsOf(tailscale) };
}

function requestOf({ is_enabled, is_locked, on_failure, ...texts }: Draft) {
	return { is_enabled, is_locked, on_failure, ...requestOfTexts(texts) };
}
