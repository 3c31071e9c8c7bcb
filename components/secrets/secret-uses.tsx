"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import type { SecretResponse, SecretUseResponse } from "@/lib/contract/secrets.ts";
import { api } from "../api-client.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { InAllBoxes } from "./in-all-boxes";
import { secretKeys, secretQueries } from "./secret-queries.ts";
import { StaleBoxes } from "./stale-boxes";

/** Under a secret: which boxes have it, whether all do, and its versions. */
export function SecretUses({ secret }: { secret: SecretResponse }) {
	const { data: uses, error, refetch } = useQuery(secretQueries.uses(secret.id));
	return (
		<div className="mt-3 flex flex-col gap-4 border-line/70 border-t pt-3">
			{secret.can_change && <InAllBoxes secret={secret} />}
			<section aria-label={`Devboxes with ${secret.name}`}>
				<h3 className="mb-1 font-medium text-ink-faint text-xs">Devboxes</h3>
				{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
				{!error && !uses && <Skeleton className="h-8 w-full" />}
				{uses?.length === 0 && <p className="text-ink-soft text-sm">No devbox has had it.</p>}
				{uses && uses.length > 0 && (
					<ul className="flex flex-col gap-1">
						{uses.map((use) => (
							<UseRow key={`${use.devbox_id} ${use.env_name}`} use={use} />
						))}
					</ul>
				)}
				{uses && <StaleBoxes secretId={secret.id} stale={uses.filter((use) => use.is_stale)} />}
			</section>
			<Versions secret={secret} />
		</div>
	);
}

function UseRow({ use }: { use: SecretUseResponse }) {
	const isGone = use.devbox_state === "destroyed";
	return (
		<li className="flex flex-wrap items-baseline gap-x-2 text-sm">
			{isGone ? (
				<span className="text-ink-faint line-through">{use.devbox_name}</span>
			) : (
				<Link href={`/devboxes/${use.devbox_id}`} className="text-accent hover:underline">
					{use.devbox_name}
				</Link>
			)}
			<span className="font-mono text-ink-faint text-xs">{use.env_name}</span>
			<span className="text-ink-faint text-xs">
				{use.version === null ? "not brought in yet" : `version ${use.version}`}
				{use.is_stale && " (older than the newest)"}
				{use.last_used_at && (
					<>
						{" · "}
						<RelativeTime at={use.last_used_at} />
					</>
				)}
			</span>
		</li>
	);
}

function Versions({ secret }: { secret: SecretResponse }) {
	const client = useQueryClient();
	const { data: versions } = useQuery(secretQueries.versions(secret.id));
	const onDone = {
		onSuccess: () => client.invalidateQueries({ queryKey: secretKeys.all }),
		onError: (failure: Error) => showToast({ text: errorText(failure), tone: "bad" }),
	};
	const restore = useMutation({
		mutationFn: (version: number) => api.restoreSecretVersion({ id: secret.id, version }),
		...onDone,
	});
	const destroy = useMutation({
		mutationFn: (version: number) => api.destroySecretVersion({ id: secret.id, version }),
		...onDone,
	});
	return (
		<section aria-label={`Versions of ${secret.name}`}>
			<h3 className="mb-1 font-medium text-ink-faint text-xs">Versions</h3>
			<ul className="flex flex-col gap-1">
				{versions?.map((row) => (
					<li key={row.id} className="flex flex-wrap items-center gap-x-2 text-sm">
						<span>Version {row.version}</span>
						<span className="flex-1 basis-40 text-ink-faint text-xs">
							<RelativeTime at={row.created_at} />
							{row.created_by && ` by ${row.created_by}`}
							{row.is_newest && " · newest"}
							{row.destroyed_at && " · destroyed"}
						</span>
						{secret.can_change && !row.is_newest && !row.destroyed_at && (
							<>
								<Button size="sm" look="quiet" isBusy={restore.isPending} onClick={() => restore.mutate(row.version)}>
									Make newest
								</Button>
								<Button
									size="sm"
									look="dangerQuiet"
									isBusy={destroy.isPending}
									onClick={() => destroy.mutate(row.version)}
								>
									Destroy value
								</Button>
							</>
						)}
					</li>
				))}
			</ul>
		</section>
	);
}
