"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { type CreatedInvitationLinkResponse, createInvitationLinkRequest } from "@/lib/contract/invitation-links.ts";
import { type Role, roles } from "@/lib/domain/actor.ts";
import { counted } from "@/lib/domain/counted.ts";
import { invitationLinkBounds, mayInviteAs } from "@/lib/domain/invitation-link.ts";
import { api } from "../api-client.ts";
import { githubQueries } from "../github/github-queries.ts";
import { Button } from "../ui/button";
import { CodeBlock } from "../ui/code-block";
import { DialogBody, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Field, Input, Select } from "../ui/field";
import { ShownOnceDialog } from "../ui/shown-once-dialog";
import { profileQueries } from "./profile-queries.ts";
import { workspaceKeys } from "./workspace-queries.ts";

type FormValues = z.input<typeof createInvitationLinkRequest>;

const lifetimes = [1, 7, 14, 30];
const roleLabels: Record<Role, string> = { owner: "Owner", admin: "Admin", member: "Member" };

export function CreateLinkDialog({ onClose }: { onClose: () => void }) {
	const client = useQueryClient();
	const create = useMutation({
		mutationFn: (values: FormValues) => api.createInvitationLink(values),
		onSuccess: () => client.invalidateQueries({ queryKey: workspaceKeys.links() }),
	});
	const made = create.data;
	return (
		<ShownOnceDialog
			what="link"
			title="New invitation link"
			isBusy={create.isPending}
			isMade={made !== undefined}
			onClose={onClose}
		>
			{made ? (
				<LinkShown made={made} onClose={onClose} />
			) : (
				<LinkForm
					onSubmit={(values) => create.mutate(values)}
					onClose={onClose}
					isBusy={create.isPending}
					error={create.error}
				/>
			)}
		</ShownOnceDialog>
	);
}

function LinkShown({ made, onClose }: { made: CreatedInvitationLinkResponse; onClose: () => void }) {
	return (
		<>
			<DialogBody className="flex flex-col gap-3">
				<CodeBlock code={made.url} label="Invitation link" />
				<p className="text-ink-soft text-sm">
					{made.uses_max === 1 ? "The first person" : `The first ${made.uses_max} people`} to open it and sign in with
					GitHub {made.uses_max === 1 ? "joins" : "join"} as {made.role}. Send it only where those people read.
				</p>
			</DialogBody>
			<DialogFooter>
				<Button look="primary" onClick={onClose}>
					I have copied it
				</Button>
			</DialogFooter>
		</>
	);
}

type LinkFormProps = {
	onSubmit: (values: FormValues) => void;
	onClose: () => void;
	isBusy: boolean;
	error: Error | null;
};

function LinkForm({ onSubmit, onClose, isBusy, error }: LinkFormProps) {
	const { data: profile } = useQuery(profileQueries.me());
	const own = profile?.role ?? "admin";
	const form = useForm({
		resolver: zodResolver(createInvitationLinkRequest),
		defaultValues: {
			role: "member",
			expires_in_days: invitationLinkBounds.daysDefault,
			uses_max: 1,
		} satisfies FormValues as FormValues,
	});
	const usesProblem = form.formState.errors.uses_max?.message;
	return (
		<form className="contents" noValidate onSubmit={form.handleSubmit((values) => onSubmit(values))}>
			<DialogBody className="flex flex-col gap-4">
				<GithubMissing />
				<Field id="link-role" label="Role of whoever joins">
					<Select id="link-role" className="w-full" {...form.register("role")}>
						{[...roles]
							.reverse()
							.filter((role) => mayInviteAs(own, role))
							.map((role) => (
								<option key={role} value={role}>
									{roleLabels[role]}
								</option>
							))}
					</Select>
				</Field>
				<Field id="link-life" label="Expires">
					<Select
						id="link-life"
						className="w-full"
						{...form.register("expires_in_days", { setValueAs: (text) => Number(text) })}
					>
						{lifetimes.map((days) => (
							<option key={days} value={days}>
								in {counted(days, "day")}
							</option>
						))}
					</Select>
				</Field>
				<Field id="link-uses" label="Uses" error={usesProblem} hint="How many people may join by it.">
					<Input
						id="link-uses"
						type="number"
						min={1}
						max={invitationLinkBounds.usesMax}
						aria-describedby="link-uses-note"
						aria-invalid={usesProblem ? true : undefined}
						{...form.register("uses_max", { valueAsNumber: true })}
					/>
				</Field>
				{error && <ErrorNote title="The link was not made" error={error} />}
			</DialogBody>
			<DialogFooter>
				<Button disabled={isBusy} onClick={onClose}>
					Cancel
				</Button>
				<Button type="submit" look="primary" isBusy={isBusy}>
					Make link
				</Button>
			</DialogFooter>
		</form>
	);
}

function GithubMissing() {
	const { data: setup } = useQuery(githubQueries.setup());
	if (!setup || setup.is_configured) return null;
	return (
		<p className="rounded-lg border border-warning/30 bg-warning-wash px-3.5 py-2.5 text-sm">
			People join by signing in with GitHub, and this server is not set up for that yet: nobody can use a link before.
			The sign-in page says how.
		</p>
	);
}
