"use client";
import { type QueryClient, useMutation, useMutationState, useQuery, useQueryClient } from "@tanstack/react-query";
import type { CreateAccessSessionResponse } from "@/lib/contract/access-sessions.ts";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { api } from "../api-client.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { CodeBlock } from "../ui/code-block";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { connectKeys, connectQueries } from "./connect-queries.ts";

/** How long what is shown once outlives a change of tab, ms. */
const keptMs = 30 * 60_000;

const madeLogins = (id: string) => ({ mutationKey: connectKeys.make(id), status: "success" }) as const;

/** The newest login that was made here. It is kept with the mutation: the panel goes with its tab. */
function useMadeLogin(id: string): CreateAccessSessionResponse | undefined {
	return useMutationState({
		filters: madeLogins(id),
		select: ({ state }) => state.data as CreateAccessSessionResponse,
	}).at(-1);
}

/** Earlier ones too, which would come to be the newest. */
function forgetMadeLogins(client: QueryClient, id: string): void {
	const cache = client.getMutationCache();
	for (const made of cache.findAll(madeLogins(id))) cache.remove(made);
}

/** Logins in force, with a button that makes one; its command is shown once. */
export function AccessSessions({ box }: { box: DevboxResponse }) {
	const client = useQueryClient();
	const { data: sessions, error, isFetching, refetch } = useQuery(connectQueries.sessions(box.id));
	const settled = () => client.invalidateQueries({ queryKey: connectKeys.sessions(box.id) });
	const newest = useMadeLogin(box.id);
	// One that was revoked elsewhere opens nothing any more.
	const isGone = !isFetching && sessions?.every(({ id }) => id !== newest?.id);
	const made = isGone ? undefined : newest;
	const create = useMutation({
		mutationKey: connectKeys.make(box.id),
		mutationFn: () => api.createAccessSession({ id: box.id }),
		gcTime: keptMs,
		onSuccess: settled,
	});
	const revoke = useMutation({
		mutationFn: (sessionId: string) => api.revokeAccessSession({ id: box.id, session_id: sessionId }),
		onSuccess: (_, sessionId) => {
			if (made?.id === sessionId) forgetMadeLogins(client, box.id);
			return settled();
		},
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	return (
		<div className="flex flex-col gap-3">
			{box.actions.includes("open_terminal") ? (
				<Button className="self-start" isBusy={create.isPending} onClick={() => create.mutate()}>
					Make a login
				</Button>
			) : (
				<p className="text-ink-soft text-sm">The devbox is not running. Start it to make a login.</p>
			)}
			{create.error && <ErrorNote error={create.error} />}
			{made && (
				<div className="flex flex-col gap-1.5 rounded-lg border border-good/30 bg-good-wash p-3">
					<p className="text-sm">Copy it now: it is shown this once, and whoever has it is in.</p>
					<CodeBlock code={made.command} label="SSH command of the login" />
					{made.notice && <p className="text-warning text-xs">{made.notice}</p>}
					<Button size="sm" className="self-start" onClick={() => forgetMadeLogins(client, box.id)}>
						I have copied it
					</Button>
				</div>
			)}
			{error && <ErrorNote title="The logins could not be listed" error={error} onRetry={() => void refetch()} />}
			{!error && !sessions && <Skeleton className="h-12 w-full rounded-lg" />}
			{sessions && sessions.length === 0 && <p className="text-ink-faint text-sm">No login is in force.</p>}
			{sessions && sessions.length > 0 && (
				<ul aria-label="SSH logins" className="divide-y divide-line rounded-lg border bg-surface">
					{sessions.map((session) => (
						<li key={session.id} className="flex items-center gap-3 px-3.5 py-2 text-sm">
							<div className="min-w-0 flex-1">
								<p className="flex items-center gap-2">
									<code className="truncate text-xs">{session.id}</code>
									{session.is_active && (
										<span className="shrink-0 rounded-full bg-good-wash px-2 text-good text-xs">
											{session.connections} connected
										</span>
									)}
								</p>
								<p className="text-ink-faint text-xs">
									Made <RelativeTime at={session.created} /> · ends <RelativeTime at={session.expires_at} />
								</p>
							</div>
							<Button
								look="dangerQuiet"
								size="sm"
								isBusy={revoke.isPending && revoke.variables === session.id}
								onClick={() => revoke.mutate(session.id)}
							>
								Revoke
							</Button>
						</li>
					))}
				</ul>
			)}
		</div>
	);
}
