"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Resolver, type UseFormReturn, useForm } from "react-hook-form";
import { updateWorkspaceDefaultsRequest, type WorkspaceDefaultsResponse } from "@/lib/contract/workspace-defaults.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { useLeaveWarning } from "../layout/use-leave-warning.ts";
import { profileKeys } from "../settings/profile-queries.ts";
import { changeOf, type DefaultsDraft, draftOf, fieldAt } from "./defaults-draft.ts";
import { defaultsKeys } from "./defaults-queries.ts";

export type DefaultsForm = {
	form: UseFormReturn<DefaultsDraft>;
	draft: DefaultsDraft;
	hasChanges: boolean;
	save: () => void;
	discard: () => void;
	isSaving: boolean;
	/** What no field is at fault for. */
	error: unknown;
	/** Somebody else was first: what is shown is not what holds. */
	isOutdated: boolean;
};

/** `latest`: as they are now. What is being changed keeps the version that it began from, so that nobody is written over unseen. */
export function useDefaultsForm(latest: WorkspaceDefaultsResponse): DefaultsForm {
	const client = useQueryClient();
	const [defaults, setDefaults] = useState(latest);
	const form = useForm<DefaultsDraft>({ resolver: resolverFor(defaults), defaultValues: draftOf(defaults) });
	const save = useMutation({
		mutationFn: (draft: DefaultsDraft) => api.updateWorkspaceDefaults(changeOf(draft, defaults)),
		onSuccess: (changed) => {
			client.setQueryData(defaultsKeys.all, changed);
			void client.invalidateQueries({ queryKey: profileKeys.me() });
			load(changed);
		},
		onError: (error) => {
			if (!isDevboxError(error)) return;
			if (error.code === "conflict") void client.invalidateQueries({ queryKey: defaultsKeys.all });
			for (const { loc, msg } of error.fields) form.setError(fieldAt(loc.slice(1)), { message: msg });
		},
	});
	const draft = form.watch();
	const hasChanges = Object.keys(changeOf(draft, defaults)).length > 1;
	useLeaveWarning(hasChanges);
	function load(next: WorkspaceDefaultsResponse): void {
		setDefaults(next);
		form.reset(draftOf(next));
	}
	const isBehind = latest.version !== defaults.version && !hasChanges && !save.isPending;
	useEffect(() => {
		if (isBehind) load(latest);
	});
	const isFieldError = isDevboxError(save.error) && save.error.fields.length > 0;
	return {
		form,
		draft,
		hasChanges,
		save: form.handleSubmit((values) => save.mutate(values)),
		discard() {
			save.reset();
			load(latest);
		},
		isSaving: save.isPending,
		error: isFieldError ? null : save.error,
		isOutdated: isDevboxError(save.error) && save.error.code === "conflict",
	};
}

function resolverFor(defaults: WorkspaceDefaultsResponse): Resolver<DefaultsDraft> {
	return (draft) => {
		const parsed = updateWorkspaceDefaultsRequest.safeParse(changeOf(draft, defaults));
		const issues = parsed.error?.issues ?? [];
		const errors: Record<string, { type: string; message: string }> = {};
		for (const { path, message } of issues)
			errors[fieldAt(path as (string | number)[])] ??= { type: "contract", message: lineWords(path, message) };
		return { values: issues.length ? {} : draft, errors } as Awaited<ReturnType<Resolver<DefaultsDraft>>>;
	};
}

function lineWords(path: readonly PropertyKey[], message: string): string {
	const line = path[0] === "setup_commands" ? path[2] : undefined;
	return typeof line === "number" ? `Command ${line + 1}: ${message}` : message;
}
