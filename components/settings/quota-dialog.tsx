"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { type MemberResponse, updateMemberRequest } from "@/lib/contract/members.ts";
import { api } from "../api-client.ts";
import { defaultsQueries } from "../defaults/defaults-queries.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Field, Input } from "../ui/field";
import { workspaceKeys } from "./workspace-queries.ts";

export function QuotaDialog({ member, onClose }: { member: MemberResponse; onClose: () => void }) {
	const client = useQueryClient();
	const { data: defaults } = useQuery(defaultsQueries.own());
	const ofWorkspace = defaults?.devboxes_per_member;
	const form = useForm({
		resolver: zodResolver(updateMemberRequest),
		defaultValues: { devbox_quota: member.devbox_quota },
	});
	const save = useMutation({
		mutationFn: (quota: number | null) => api.updateMember({ user_id: member.user.id, devbox_quota: quota }),
		onSuccess: async () => {
			await client.invalidateQueries({ queryKey: workspaceKeys.members() });
			onClose();
		},
	});
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent title={`Quota of ${member.user.login}`} width="sm:max-w-sm">
				<form
					className="contents"
					noValidate
					onSubmit={form.handleSubmit((values) => save.mutate(values.devbox_quota ?? null))}
				>
					<DialogBody className="flex flex-col gap-3">
						<Field
							id="quota"
							label="Devboxes at most"
							error={form.formState.errors.devbox_quota?.message}
							hint={`They have ${member.devbox_count} now.${ofWorkspace ? defaultWords(ofWorkspace) : ""}`}
						>
							<Input
								id="quota"
								type="number"
								min={0}
								max={1000}
								aria-describedby="quota-note"
								aria-invalid={form.formState.errors.devbox_quota ? true : undefined}
								{...form.register("devbox_quota", { valueAsNumber: true })}
							/>
						</Field>
						{save.error && <ErrorNote error={save.error} />}
					</DialogBody>
					<DialogFooter>
						{member.has_own_quota && (
							<Button look="quiet" className="mr-auto" onClick={() => save.mutate(null)}>
								Use the default
							</Button>
						)}
						<Button onClick={onClose}>Cancel</Button>
						<Button type="submit" look="primary" isBusy={save.isPending}>
							Save quota
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}

function defaultWords({ value, locked }: { value: number; locked: boolean }): string {
	return locked
		? ` The workspace has locked ${value} for everybody: an own number counts once that is unlocked under Settings, Defaults.`
		: ` The workspace's default is ${value}.`;
}
