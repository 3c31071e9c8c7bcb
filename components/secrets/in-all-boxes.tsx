"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SecretResponse } from "@/lib/contract/secrets.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { errorText } from "../ui/error-note";
import { Field, Input } from "../ui/field";
import { showToast } from "../ui/toast-store.ts";
import { secretKeys } from "./secret-queries.ts";

export function InAllBoxes({ secret }: { secret: SecretResponse }) {
	const client = useQueryClient();
	const [envName, setEnvName] = useState(secret.env_name ?? "");
	const [isInAll, setInAll] = useState(secret.in_all_boxes);
	const save = useMutation({
		mutationFn: () => api.updateSecret({ id: secret.id, env_name: envName || null, in_all_boxes: isInAll }),
		onSuccess: () => client.invalidateQueries({ queryKey: secretKeys.all }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	const isChanged = envName !== (secret.env_name ?? "") || isInAll !== secret.in_all_boxes;
	const id = `variable-${secret.id}`;
	return (
		<form
			className="flex flex-wrap items-end gap-3"
			onSubmit={(event) => {
				event.preventDefault();
				save.mutate();
			}}
		>
			<div className="w-full sm:w-60">
				<Field id={id} label="Variable">
					<Input
						id={id}
						value={envName}
						placeholder="NPM_TOKEN"
						autoComplete="off"
						className="font-mono text-xs"
						onChange={(event) => setEnvName(event.target.value)}
					/>
				</Field>
			</div>
			<label className="flex h-8 items-center gap-2 text-sm">
				<input
					type="checkbox"
					className="checkbox size-4"
					checked={isInAll}
					onChange={(event) => setInAll(event.target.checked)}
				/>
				{secret.scope === "user" ? "In all my boxes" : "In all boxes of the workspace"}
			</label>
			{isChanged && (
				<Button type="submit" isBusy={save.isPending}>
					Save
				</Button>
			)}
		</form>
	);
}
