"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { UpdateWorkspaceRequest } from "@/lib/contract/workspace.ts";
import { api } from "../api-client.ts";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { workspaceKeys, workspaceQueries } from "./workspace-queries.ts";

const rules = [
	{
		field: "require_ssh_key",
		title: "SSH logins need a registered key as well",
		text: "A login that somebody makes for a devbox then opens it only together with that person's own key. It holds for logins in force, too.",
	},
	{
		field: "git_proxy",
		title: "git in devboxes works with its owner's GitHub connection",
		text: "Fetch, and push where it was chosen, for the repositories that a devbox was created with. The credential stays on this server. Turned off, it ends at once, in running devboxes too.",
	},
] as const;

export function WorkspaceRules() {
	const client = useQueryClient();
	const { data: workspace, error, refetch } = useQuery(workspaceQueries.own());
	const change = useMutation({
		mutationFn: (changes: UpdateWorkspaceRequest) => api.updateWorkspace(changes),
		onSuccess(changed) {
			client.setQueryData(workspaceKeys.own(), changed);
			// A read that began before may answer later.
			return client.invalidateQueries({ queryKey: workspaceKeys.own() });
		},
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	if (error && !workspace)
		return <ErrorNote title="The rules could not be read" error={error} onRetry={() => void refetch()} />;
	if (!workspace) return <Skeleton className="h-28 w-full rounded-lg" />;
	return (
		<div className="flex flex-col gap-2">
			{rules.map(({ field, title, text }) => (
				<label key={field} className="flex items-start gap-3 rounded-lg border bg-surface px-4 py-3 text-sm">
					<input
						type="checkbox"
						className="checkbox mt-0.5 size-4 shrink-0"
						checked={workspace[field]}
						disabled={change.isPending}
						onChange={(event) => change.mutate({ [field]: event.target.checked })}
					/>
					<span>
						<span className="block font-medium">{title}</span>
						<span className="block text-ink-soft text-xs">{text}</span>
					</span>
				</label>
			))}
		</div>
	);
}
