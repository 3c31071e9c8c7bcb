"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Field, Input, Select } from "../../ui/field";
import { type Tailscale, tailscaleKeys } from "./tailscale-queries.ts";

type Draft = {
	is_enabled: boolean;
	is_locked: boolean;
	client_id: string;
	tags: string;
	hostname: string;
	login_server: string;
	on_failure: Tailscale["on_failure"];
};

const texts = [
	{
		field: "client_id",
		label: "Client id",
		hint: "As Tailscale shows it for the federated identity. It is no secret.",
	},
	{ field: "tags", label: "Tags", hint: "With spaces between, as tag:devbox. The federated identity must own them." },
	{ field: "hostname", label: "Name of the node", hint: "{name} stands for the devbox's name." },
	{ field: "login_server", label: "Login server", hint: "Empty for Tailscale's own, else an https address." },
] as const;

export function TailscaleForm({ tailscale }: { tailscale: Tailscale }) {
	const client = useQueryClient();
	const [draft, setDraft] = useState<Draft>(() => draftOf(tailscale));
	const save = useMutation({
		mutationFn: (changed: Draft) => api.setTailscale(requestOf(changed)),
		onSuccess: (saved) => client.setQueryData(tailscaleKeys.own(), saved),
	});
	const set = (changes: Partial<Draft>) => setDraft((current) => ({ ...current, ...changes }));
	const errorAt = (field: keyof Draft) => (isDevboxError(save.error) ? save.error.fieldMessage(field) : null);
	const isChanged = JSON.stringify(draft) !== JSON.stringify(draftOf(tailscale));
	const isFieldError = texts.some(({ field }) => errorAt(field));
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save.mutate(draft);
	};
	return (
		<form noValidate className="flex flex-col gap-4" onSubmit={submit}>
			<div className="grid gap-4 sm:grid-cols-2">
				{texts.map(({ field, label, hint }) => (
					<Field key={field} id={`tailscale-${field}`} label={label} hint={hint} error={errorAt(field)}>
						<Input
							id={`tailscale-${field}`}
							aria-describedby={`tailscale-${field}-note`}
							aria-invalid={errorAt(field) ? true : undefined}
							autoComplete="off"
							spellCheck={false}
							className="font-mono text-sm"
							value={draft[field]}
							onChange={(event) => set({ [field]: event.target.value })}
						/>
					</Field>
				))}
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
			{save.error && !isFieldError && <ErrorNote error={save.error} />}
			<div>
				<Button type="submit" look="primary" disabled={!isChanged} isBusy={save.isPending}>
					Save
				</Button>
			</div>
		</form>
	);
}

function draftOf(o: Tailscale): Draft {
	const { is_enabled, is_locked, hostname, on_failure } = o;
	return {
		...{ is_enabled, is_locked, hostname, on_failure },
		client_id: o.client_id ?? "",
		tags: o.tags.join(" "),
		login_server: o.login_server ?? "",
	};
}

function requestOf(draft: Draft) {
	return {
		...draft,
		client_id: draft.client_id.trim() || null,
		tags: draft.tags.split(/[\s,]+/).filter(Boolean),
		hostname: draft.hostname.trim(),
		login_server: draft.login_server.trim() || null,
	};
}
