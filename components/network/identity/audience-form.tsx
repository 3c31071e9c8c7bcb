"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { audienceProblem } from "@/lib/domain/identity.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { errorText } from "../../ui/error-note";
import { Input } from "../../ui/field";
import { identityKeys } from "./identity-queries.ts";

export function AudienceForm() {
	const client = useQueryClient();
	const [audience, setAudience] = useState("");
	const [description, setDescription] = useState("");
	const [problem, setProblem] = useState<string | null>(null);
	const allow = useMutation({
		mutationFn: (body: { audience: string; description: string }) => api.allowAudience(body),
		onSuccess: async () => {
			setAudience("");
			setDescription("");
			await client.invalidateQueries({ queryKey: identityKeys.own() });
		},
		onError: (failure) =>
			setProblem((isDevboxError(failure) ? failure.fieldMessage("audience") : null) ?? errorText(failure)),
	});
	const submit = (event: FormEvent) => {
		event.preventDefault();
		const found = audienceProblem(audience.trim());
		setProblem(found);
		if (!found) allow.mutate({ audience: audience.trim(), description });
	};
	return (
		<form noValidate className="flex flex-wrap items-start gap-2" onSubmit={submit}>
			<div className="min-w-60 flex-1">
				<Input
					aria-label="Audience"
					placeholder="Audience, as sts.amazonaws.com"
					autoComplete="off"
					spellCheck={false}
					value={audience}
					aria-invalid={problem ? true : undefined}
					aria-describedby="audience-note"
					className="font-mono text-sm"
					onChange={(event) => {
						setAudience(event.target.value);
						setProblem(null);
					}}
				/>
				<p id="audience-note" role={problem ? "alert" : undefined} className="mt-1 text-bad text-xs empty:hidden">
					{problem}
				</p>
			</div>
			<Input
				aria-label="What it is for"
				placeholder="What it is for (optional)"
				maxLength={200}
				value={description}
				className="min-w-60 flex-1 text-sm"
				onChange={(event) => setDescription(event.target.value)}
			/>
			<Button type="submit" look="primary" isBusy={allow.isPending}>
				Allow
			</Button>
		</form>
	);
}
