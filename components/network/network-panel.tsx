"use client";
import { useQuery } from "@tanstack/react-query";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { BoxDecisions } from "./decisions/box-decisions";
import { networkQueries } from "./network-queries.ts";
import { type DevboxNetworkResponse, networkModeWords } from "./network-words.ts";
import { PolicyForm } from "./policy-form";
import { OwnRequests } from "./requests/own-requests";
import { DevboxTailscale } from "./tailscale/devbox-tailscale";
import { useChangeNetwork } from "./use-change-network.ts";

/** Where the box may go, whether that is in force, and what was decided by it. */
export function NetworkPanel({ box }: { box: DevboxResponse }) {
	const { data: network, error, refetch } = useQuery(networkQueries.devbox(box.id));
	const change = useChangeNetwork(box.id);
	if (error && !network)
		return (
			<ErrorNote
				className="my-6 max-w-3xl"
				title="The network policy could not be read"
				error={error}
				onRetry={() => void refetch()}
			/>
		);
	if (!network) return <Skeleton className="my-6 h-64 w-full max-w-2xl" />;
	return (
		<div className="flex max-w-3xl flex-col gap-8 py-6">
			<section aria-labelledby="network-policy" className="flex flex-col gap-3">
				<h2 id="network-policy" className="font-semibold text-base">
					Network policy
				</h2>
				<Enforcement network={network} />
				{network.internal_services.length > 0 && (
					<p className="text-ink-soft text-sm">
						A name may also lead to the workspace's internal services:{" "}
						<span className="break-words font-mono text-xs">{network.internal_services.join(", ")}</span>
					</p>
				)}
				<PolicyForm network={network} change={change} />
			</section>
			{network.requests.length > 0 && (
				<section aria-labelledby="network-requests" className="flex flex-col gap-3">
					<h2 id="network-requests" className="font-semibold text-base">
						Requests
					</h2>
					<OwnRequests requests={network.requests} />
				</section>
			)}
			<DevboxTailscale box={box} />
			<section aria-labelledby="network-decisions" className="flex flex-col gap-3">
				<h2 id="network-decisions" className="font-semibold text-base">
					Decisions
				</h2>
				{network.decisions.length === 0 ? (
					<p className="text-ink-faint text-sm">
						{network.mode === "open"
							? "An open devbox goes past the filter, so that nothing is noted."
							: "Nothing yet. What this devbox asks for appears here within two seconds."}
					</p>
				) : (
					<BoxDecisions devboxId={box.id} network={network} change={change} />
				)}
			</section>
		</div>
	);
}

function Enforcement({ network }: { network: DevboxNetworkResponse }) {
	if (network.enforcement === "down")
		return (
			<p role="alert" className="rounded-lg border border-bad/30 bg-bad-wash px-3.5 py-2.5 text-sm">
				The host's egress filter does not run, so this devbox has no network. It is being started again.{" "}
				{network.message}
			</p>
		);
	const words = network.enforcement === "pending" ? "On its way to the host…" : networkModeWords[network.mode];
	return (
		<p className="text-ink-soft text-sm" role="status">
			{words}
			{network.is_setting_up &&
				(network.setup?.mode === "observe"
					? " While it is set up it reaches everything public, and that ends before it is ready."
					: ` While it is set up it also reaches ${network.setup?.egress_domains.join(", ")}.`)}
			{network.policy && ` It follows the workspace's policy ${network.policy}.`}
			{network.enforcement === "enforced" && network.message && ` ${network.message}`}
			{network.is_locked && " The workspace's policy is locked: admins alone change it."}
		</p>
	);
}
