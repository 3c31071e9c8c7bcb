"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { ErrorNote, errorText } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { showToast } from "../../ui/toast-store.ts";
import { DevboxTailscaleForm } from "./devbox-tailscale-form";
import { type DevboxTailscale as State, tailscaleKeys, tailscaleQueries } from "./tailscale-queries.ts";

/** Whether this devbox is in its tailnet, as which node, or why not; and whether it shall be. */
export function DevboxTailscale({ box }: { box: DevboxResponse }) {
	const own = useQuery(tailscaleQueries.devbox(box.id));
	const workspace = useQuery(tailscaleQueries.own());
	const failed = [own, workspace].find(({ data, error }) => error && !data);
	const tailscale = own.data;
	const setting = workspace.data;
	const isRunning = box.state === "ready" && box.power === "running" && box.desired_state === "running";
	return (
		<section aria-labelledby="network-tailscale" className="flex flex-col gap-3">
			<h2 id="network-tailscale" className="font-semibold text-base">
				Tailscale
			</h2>
			{failed && (
				<ErrorNote
					title="What it joins could not be read"
					error={failed.error}
					onRetry={() => void Promise.all([own.refetch(), workspace.refetch()])}
				/>
			)}
			{!failed && !(tailscale && setting) && <Skeleton className="h-20 w-full" />}
			{!failed && tailscale && setting && (
				<>
					<Status box={box} tailscale={tailscale} isRunning={isRunning} />
					{!tailscale.enabled && setting.client_id === null ? (
						<p className="text-ink-faint text-sm">
							Tailscale is not set up in this workspace: an admin does that under Settings, Network, Tailscale.
						</p>
					) : (
						(box.state === "ready" || box.state === "stopped") && (
							<DevboxTailscaleForm
								key={JSON.stringify([
									tailscale.enabled,
									tailscale.client_id,
									tailscale.tags,
									tailscale.hostname,
									tailscale.login_server,
								])}
								id={box.id}
								isRunning={isRunning}
								tailscale={tailscale}
								setting={setting}
							/>
						)
					)}
				</>
			)}
		</section>
	);
}

type StatusProps = { box: DevboxResponse; tailscale: State; isRunning: boolean };

function Status({ box, tailscale, isRunning }: StatusProps) {
	const client = useQueryClient();
	const join = useMutation({
		mutationFn: () => api.joinTailscale({ id: box.id }),
		onSuccess: (state) => client.setQueryData(tailscaleKeys.devbox(box.id), state),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	return (
		<>
			<p className="text-sm" role="status">
				<Words tailscale={tailscale} isRunning={isRunning} />
			</p>
			{tailscale.enabled && isRunning && (
				<div>
					<Button size="sm" isBusy={join.isPending} onClick={() => join.mutate()}>
						Join again
					</Button>
				</div>
			)}
		</>
	);
}

function Words({ tailscale, isRunning }: Pick<StatusProps, "tailscale" | "isRunning">) {
	const { enabled, status, message } = tailscale;
	if (status === null) return <span className="text-ink-soft">It is in no tailnet.</span>;
	if (status === "joined")
		return (
			<>
				Joined as <span className="break-all font-mono text-xs">{tailscale.node_name}</span>
				{tailscale.addresses.length > 0 && <span className="text-ink-soft"> ({tailscale.addresses.join(", ")})</span>}.
			</>
		);
	if (status === "failed") return <span className="break-words text-bad">Not joined: {message}</span>;
	if (!enabled) return "It is leaving…";
	if (!isRunning) return "It is out while it is off, and joins with its next start.";
	return message ?? "It is joining…";
}
