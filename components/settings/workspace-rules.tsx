"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api-client.ts";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { workspaceKeys, workspaceQueries } from "./workspace-queries.ts";

export function WorkspaceRules() {
	const client = useQueryClient();
	const { data: workspace, error, refetch } = useQuery(workspaceQueries.own());
	const change = useMutation({
		mutationFn: (require_ssh_key: boolean) => api.updateWorkspace({ require_ssh_key }),
		onSuccess: (changed) => client.setQueryData(workspaceKeys.own(), changed),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
	if (!workspace) return <Skeleton className="h-14 w-full rounded-lg" />;
	return (
		<label className="flex items-start gap-3 rounded-lg border bg-surface px-4 py-3 text-sm">
			<input
				type="checkbox"
				className="checkbox mt-0.5 size-4 shrink-0"
				checked={workspace.require_ssh_key}
				disabled={change.isPending}
				onChange={(event) => change.mutate(event.target.checked)}
			/>
			<span>
				<span className="block font-medium">SSH logins need a registered key as well</span>
				<span className="block text-ink-soft text-xs">
					A login that somebody makes for a devbox then opens it only together with that person's own key. It holds for
					logins in force, too.
				</span>
			</span>
		</label>
	);
}
