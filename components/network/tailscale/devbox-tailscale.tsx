"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { ErrorNote, errorText } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { showToast } from "../../ui/toast-store.ts";
import { tailscaleKeys, tailscaleQueries } from "./tailscale-queries.ts";

/** Whether this devbox is in its tailnet, as which node, or why not. */
export function DevboxTailscale({ box }: { box: DevboxResponse }) {
	const client = useQueryClient();
	const { data: tailscale, error, refetch } = useQuery(tailscaleQueries.devbox(box.id));
	const join = useMutation({
		mutationFn: () => api.joinTailscale({ id: box.id }),
		onSuccess: () => client.invalidateQueries({ queryKey: tailscaleKeys.devbox(box.id) }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	const isRunning = box.state === "ready" && box.power === "running" && box.desired_state === "running";
	return (
		<section aria-labelledby="network-tailscale" className="flex flex-col gap-3">
			<h2 id="network-tailscale" className="font-semibold text-base">
				Tailscale
			</h2>
			{error && !tailscale && <ErrorNote error={error} onRetry={() => void refetch()} />}
			{!error && !tailscale && <Skeleton className="h-10 w-full" />}
			{tailscale && !tailscale.enabled && (
				<p className="text-ink-faint text-sm">It was made without, so it joins no tailnet.</p>
			)}
			{tailscale?.enabled && (
				<>
					<p className="text-sm" role="status">
						<Words tailscale={tailscale} />
					</p>
					<p className="text-ink-soft text-xs">
						Tags <span className="font-mono">{tailscale.tags.join(", ")}</span>
						{tailscale.login_server && (
							<>
								{" "}
								at <span className="font-mono">{tailscale.login_server}</span>
							</>
						)}
						. It joins anew at each start.
					</p>
					{isRunning && (
						<div>
							<Button size="sm" isBusy={join.isPending} onClick={() => join.mutate()}>
								Join again
							</Button>
						</div>
					)}
				</>
			)}
		</section>
	);
}

type Shown = Awaited<ReturnType<typeof api.getDevboxTailscale>>;

function Words({ tailscale }: { tailscale: Shown }) {
	switch (tailscale.status) {
		case "joined":
			return (
				<>
					Joined as <span className="break-all font-mono text-xs">{tailscale.node_name}</span>
					{tailscale.addresses.length > 0 && <span className="text-ink-soft"> ({tailscale.addresses.join(", ")})</span>}
					.
				</>
			);
		case "failed":
			return <span className="break-words text-bad">Not joined: {tailscale.message}</span>;
		case "left":
			return "It left the tailnet when it stopped, and joins again with its next start.";
		default:
			return "It has not joined yet.";
	}
}
