"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { api } from "../api-client.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { workspaceKeys, workspaceQueries } from "./workspace-queries.ts";

const InviteForm = dynamic(() => import("./invite-form").then((module) => module.InviteForm), {
	ssr: false,
	loading: () => <Skeleton className="h-8 w-full" />,
});

export function InvitationList() {
	const client = useQueryClient();
	const { data: invitations, error, refetch } = useQuery(workspaceQueries.invitations());
	const takeBack = useMutation({
		mutationFn: (id: string) => api.deleteInvitation({ id }),
		onSuccess: () => client.invalidateQueries({ queryKey: workspaceKeys.invitations() }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	return (
		<div className="flex flex-col gap-3">
			<InviteForm />
			{error && <ErrorNote title="The invitations could not be listed" error={error} onRetry={() => void refetch()} />}
			{!error && !invitations && <Skeleton className="h-12 w-full rounded-lg" />}
			{invitations && invitations.length === 0 && (
				<p className="text-ink-faint text-sm">Nobody is invited right now.</p>
			)}
			{invitations && invitations.length > 0 && (
				<ul className="divide-y divide-line rounded-lg border bg-surface">
					{invitations.map((invitation) => (
						<li key={invitation.id} className="flex items-center gap-3 px-4 py-2 text-sm">
							<div className="min-w-0 flex-1">
								<span className="font-mono">{invitation.github_login}</span>
								<span className="text-ink-faint text-xs">
									{" "}
									· {invitation.role} · by {invitation.invited_by} <RelativeTime at={invitation.created_at} />
								</span>
							</div>
							<Button
								look="dangerQuiet"
								size="sm"
								isBusy={takeBack.isPending && takeBack.variables === invitation.id}
								onClick={() => takeBack.mutate(invitation.id)}
							>
								Take back
							</Button>
						</li>
					))}
				</ul>
			)}
		</div>
	);
}
