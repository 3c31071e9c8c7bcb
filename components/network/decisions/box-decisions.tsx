"use client";
import { useState } from "react";
import { matchingEntry, parseDomain } from "@/lib/domain/egress-policy.ts";
import { Button } from "../../ui/button";
import { Input } from "../../ui/field";
import { DecisionTable } from "../decision-table";
import type { DevboxNetworkResponse, NetworkDecision } from "../network-words.ts";
import { ProposeButton } from "../proposal/propose-button";
import { AskDialog } from "../requests/ask-dialog";
import type { useChangeNetwork } from "../use-change-network.ts";

type BoxDecisionsProps = {
	devboxId: string;
	network: DevboxNetworkResponse;
	change: ReturnType<typeof useChangeNetwork>;
};

/** Of one devbox, for its owner: a blocked name goes into its own list, or to an admin. */
export function BoxDecisions({ devboxId, network, change }: BoxDecisionsProps) {
	const [filter, setFilter] = useState("");
	const [askedName, setAskedName] = useState<string | null>(null);
	const { decisions, requests, egress_domains: listed, mode, setup, policy, is_locked: isLocked } = network;
	const words = filter.trim().toLowerCase();
	const shown = decisions.filter((one) =>
		`${one.name} ${one.verdict} ${one.protocol} ${one.rule} ${one.why}`.includes(words),
	);
	const isOwnList = policy === null && !isLocked && (mode === "enforce" || mode === "observe");
	const open = requests.filter(({ status }) => status === "pending" || status === "approved");
	const known = [...listed, ...open.map(({ name }) => name)];
	const isLacking = ({ name, verdict, why }: NetworkDecision) =>
		verdict !== "allowed" && why === "not_listed" && "domain" in parseDomain(name) && !matchingEntry(known, name);
	return (
		<div className="flex flex-col gap-2">
			<div className="flex flex-wrap items-center gap-2">
				<Input
					aria-label="Filter decisions"
					placeholder="Filter by name, verdict or rule"
					className="max-w-72"
					value={filter}
					onChange={(event) => setFilter(event.target.value)}
				/>
				{mode !== "open" && <ProposeButton devboxId={devboxId} network={network} change={change} />}
			</div>
			<DecisionTable
				decisions={shown}
				actions={(one) =>
					isLacking(one) && (
						<span className="flex justify-end gap-1.5">
							{isOwnList && (
								<Button
									size="sm"
									isBusy={change.isPending}
									onClick={() =>
										change.mutate({ mode, egress_domains: [...listed, one.name], ...(setup && { setup }) })
									}
									aria-label={`Allow ${one.name}`}
								>
									Allow
								</Button>
							)}
							{one.verdict === "blocked" && mode !== "open" && mode !== "observe" && (
								<Button
									size="sm"
									look="quiet"
									onClick={() => setAskedName(one.name)}
									aria-label={`Ask an admin for ${one.name}`}
								>
									Ask
								</Button>
							)}
						</span>
					)
				}
			/>
			{askedName && <AskDialog devboxId={devboxId} name={askedName} onClose={() => setAskedName(null)} />}
		</div>
	);
}
