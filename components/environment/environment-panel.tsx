"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { VariableResponse } from "@/lib/contract/environment.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { AiTokenFields } from "./ai-token-fields";
import { environmentQueries } from "./environment-queries.ts";

/** The names of a box's variables and where they are from. Values are in the box alone. */
export function EnvironmentPanel({ box }: { box: DevboxResponse }) {
	const { data, error, refetch } = useQuery(environmentQueries.of(box.id));
	// The answer says only that it is queued; the box's event at its end has the environment read again.
	const refresh = useMutation({
		mutationFn: () => api.refreshEnvironment({ id: box.id }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	return (
		<section aria-labelledby="environment" className="flex flex-col gap-3">
			<div className="flex items-center gap-3">
				<h2 id="environment" className="flex-1 font-medium text-ink-faint text-xs">
					Environment
				</h2>
				{box.state === "ready" && data && data.data.length > 0 && (
					<Button size="sm" isBusy={refresh.isPending} onClick={() => refresh.mutate()}>
						Refresh
					</Button>
				)}
			</div>
			{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
			{!error && !data && <Skeleton className="h-16 w-full" />}
			{data?.is_stale && (
				<p className="rounded-md bg-hover px-3 py-2 text-sm">
					It runs with an older value of a secret. New shells get the newest after a refresh; programs that run keep the
					old one.
				</p>
			)}
			{data && data.data.length === 0 && <p className="text-ink-soft text-sm">No variables of its own.</p>}
			{data && data.data.length > 0 && (
				<ul>
					{data.data.map((variable) => (
						<li
							key={`${variable.name} ${variable.source}`}
							className="flex flex-wrap justify-between gap-x-4 border-line/70 border-b py-1.5 text-sm last:border-0"
						>
							<span className="min-w-0 break-all font-mono text-xs">{variable.name}</span>
							<span className="text-ink-soft text-xs">{sourceWords(variable)}</span>
						</li>
					))}
				</ul>
			)}
			{data && (box.state === "ready" || box.state === "stopped") && (
				<AiTokenFields box={box} tokens={data.ai_tokens} />
			)}
		</section>
	);
}

function sourceWords({ source, secret }: VariableResponse): string {
	if (source === "ai_token") return "AI token, until the next restart";
	if (!secret) return "given on create";
	if (secret.scope === null) return `${secret.name}: deleted`;
	const version = secret.version === null ? "not brought in yet" : `version ${secret.version}`;
	const isOld = secret.version !== null && secret.newest_version !== null && secret.version < secret.newest_version;
	return `${secret.name}, ${version}${isOld ? ` of ${secret.newest_version}` : ""}`;
}
