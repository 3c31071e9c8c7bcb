"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api-client.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { browserName } from "./browser-name.ts";
import { profileKeys, profileQueries } from "./profile-queries.ts";

const methodLabels: Readonly<Record<string, string>> = { sign_in_link: "sign-in link", github: "GitHub" };

export function SessionList() {
	const client = useQueryClient();
	const { data: sessions, error, refetch } = useQuery(profileQueries.sessions());
	const revoke = useMutation({
		mutationFn: (id: string) => api.revokeSession({ id }),
		onSuccess: () => client.invalidateQueries({ queryKey: profileKeys.sessions() }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
	if (!sessions) return <Skeleton className="h-28 w-full rounded-lg" />;
	return (
		<ul className="divide-y divide-line rounded-lg border bg-surface">
			{sessions.map((session) => (
				<li key={session.id} className="flex items-center gap-3 px-4 py-2.5">
					<div className="min-w-0 flex-1">
						<p className="flex items-center gap-2 text-sm">
							<span className="truncate font-medium" title={session.user_agent ?? undefined}>
								{browserName(session.user_agent)}
							</span>
							{session.is_current && (
								<span className="shrink-0 rounded-full bg-good-wash px-2 text-good text-xs">this one</span>
							)}
						</p>
						<p className="text-ink-faint text-xs">
							By {methodLabels[session.method] ?? session.method} <RelativeTime at={session.created_at} /> · last used{" "}
							<RelativeTime at={session.last_used_at} />
						</p>
					</div>
					{!session.is_current && (
						<Button
							look="dangerQuiet"
							size="sm"
							isBusy={revoke.isPending && revoke.variables === session.id}
							onClick={() => revoke.mutate(session.id)}
						>
							Revoke
						</Button>
					)}
				</li>
			))}
		</ul>
	);
}
