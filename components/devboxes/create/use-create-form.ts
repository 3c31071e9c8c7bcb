"use client";
/** The form of the create dialog: its draft, checked by the contract, and the workspace's defaults beside it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Path, type Resolver, type UseFormReturn, useForm } from "react-hook-form";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { createDevboxForm } from "@/lib/contract/devboxes.ts";
import type { WorkspaceDefaultsResponse } from "@/lib/contract/workspace-defaults.ts";
import { suggestDevboxName } from "@/lib/domain/devbox-name.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../../api-client.ts";
import { defaultsKeys, defaultsQueries } from "../../defaults/defaults-queries.ts";
import { profileKeys } from "../../settings/profile-queries.ts";
import { changeDevbox } from "../devbox-cache.ts";
import { type CreateDraft, createOrder, emptyDraft, isChanged, problemAt, wantedProblems } from "./create-draft.ts";

export type CreateForm = {
	form: UseFormReturn<CreateDraft>;
	draft: CreateDraft;
	defaults: WorkspaceDefaultsResponse | undefined;
	/** What is wrong with a field, by its place in the draft. */
	errorAt: (field: string) => string | undefined;
	/** Something was put in or taken out since it was opened. */
	isTouched: boolean;
	submit: () => void;
	isBusy: boolean;
	/** Of the whole request: what no field is at fault for. */
	error: unknown;
};

export function useCreateForm(o: {
	onCreated: (box: DevboxResponse) => void;
	/** What stands in it from the beginning; nothing unless told. */
	start?: Omit<CreateDraft, "name">;
}): CreateForm {
	const client = useQueryClient();
	const { data: defaults } = useQuery(defaultsQueries.own());
	const form = useForm<CreateDraft>({
		resolver: draftResolver(() => client.getQueryData<WorkspaceDefaultsResponse>(defaultsKeys.all)),
		defaultValues: { ...emptyDraft, repositories: [], env: [], ...o.start, name: suggestDevboxName() },
	});
	const create = useMutation({
		mutationFn: (draft: CreateDraft) => {
			const { body, headers } = createOrder(draft, defaults);
			return changeDevbox(client, () => api.createDevbox(body, { headers }));
		},
		onSuccess: (box) => {
			void client.invalidateQueries({ queryKey: profileKeys.me() });
			o.onCreated(box);
		},
		onError: (error, draft) => {
			showProblems(form, error, draft);
			// A lock may be new: what the dialog says about it must be so, too.
			void client.invalidateQueries({ queryKey: defaultsKeys.all });
		},
	});
	const draft = form.watch();
	const errorAt = (field: string) => form.getFieldState(field as Path<CreateDraft>, form.formState).error?.message;
	const isFieldError = isDevboxError(create.error) && problemsOf(create.error).length > 0;
	return {
		form,
		draft,
		defaults,
		errorAt,
		isTouched: isChanged(draft, form.formState.defaultValues),
		submit: form.handleSubmit((draft) => create.mutate(draft)),
		isBusy: create.isPending || create.isSuccess,
		error: isFieldError ? null : create.error,
	};
}

function draftResolver(readDefaults: () => WorkspaceDefaultsResponse | undefined): Resolver<CreateDraft> {
	return (draft) => {
		const parsed = createDevboxForm.safeParse(createOrder(draft, readDefaults()).body);
		const issues = parsed.error?.issues ?? [];
		const errors: Record<string, unknown> = {};
		for (const { path, message } of issues) {
			const problem = problemAt(path as (string | number)[], message, draft);
			putAt(errors, problem.field.split("."), { type: "contract", message: problem.message });
		}
		for (const { field, message } of wantedProblems(draft))
			putAt(errors, field.split("."), { type: "wanted", message });
		return { values: Object.keys(errors).length > 0 ? {} : draft, errors } as Awaited<
			ReturnType<Resolver<CreateDraft>>
		>;
	};
}

/** The first message at a place stands. */
function putAt(errors: Record<string, unknown>, path: string[], error: object): void {
	let at = errors;
	for (const key of path.slice(0, -1)) {
		at[key] ??= {};
		at = at[key] as Record<string, unknown>;
	}
	at[path.at(-1) ?? ""] ??= error;
}

function problemsOf(error: { code: string; detail: string; fields: { loc: (string | number)[]; msg: string }[] }) {
	if (error.code === "name_taken") return [{ path: ["name"], message: error.detail }];
	return error.fields.map(({ loc, msg }) => ({ path: loc.slice(1), message: msg }));
}

function showProblems(form: UseFormReturn<CreateDraft>, error: unknown, draft: CreateDraft): void {
	if (!isDevboxError(error)) return;
	for (const [index, { path, message }] of problemsOf(error).entries()) {
		const problem = problemAt(path, message, draft);
		form.setError(problem.field as Path<CreateDraft>, { message: problem.message }, { shouldFocus: index === 0 });
	}
}
