"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { createInvitationRequest } from "@/lib/contract/workspace.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { errorText } from "../ui/error-note";
import { Input, Select } from "../ui/field";
import { workspaceKeys } from "./workspace-queries.ts";

export function InviteForm() {
	const client = useQueryClient();
	const form = useForm({
		resolver: zodResolver(createInvitationRequest),
		defaultValues: { github_login: "", role: "member" as const },
	});
	const invite = useMutation({
		mutationFn: (values: { github_login: string; role?: "admin" | "member" }) => api.createInvitation(values),
		onSuccess: async () => {
			form.reset();
			await client.invalidateQueries({ queryKey: workspaceKeys.invitations() });
		},
		onError: (failure) => {
			const message = isDevboxError(failure) ? failure.fieldMessage("github_login") : null;
			form.setError("github_login", { message: message ?? errorText(failure) });
		},
	});
	const problem = form.formState.errors.github_login?.message;
	return (
		<form
			noValidate
			className="flex flex-wrap items-start gap-2"
			onSubmit={form.handleSubmit((values) => invite.mutate(values))}
		>
			<div className="min-w-44 flex-1">
				<Input
					aria-label="GitHub login"
					placeholder="GitHub login"
					autoComplete="off"
					spellCheck={false}
					aria-invalid={problem ? true : undefined}
					aria-describedby="invite-note"
					className="font-mono text-sm"
					{...form.register("github_login")}
				/>
				<p id="invite-note" role={problem ? "alert" : undefined} className="mt-1 text-bad text-xs empty:hidden">
					{problem}
				</p>
			</div>
			<Select aria-label="Role" className="text-sm" {...form.register("role")}>
				<option value="member">Member</option>
				<option value="admin">Admin</option>
			</Select>
			<Button type="submit" look="primary" isBusy={invite.isPending}>
				Invite
			</Button>
		</form>
	);
}
