"use client";
import { useQueryClient } from "@tanstack/react-query";
import { ListChecks } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useViewer } from "../../layout/viewer";
import { Button } from "../../ui/button";
import { networkKeys } from "../network-queries.ts";
import type { DevboxNetworkResponse } from "../network-words.ts";
import type { useChangeNetwork } from "../use-change-network.ts";
import { ProposalDialog } from "./proposal-dialog";

const PolicyDialog = dynamic(() => import("../policies/policy-dialog").then((module) => module.PolicyDialog), {
	ssr: false,
});

type ProposeButtonProps = {
	devboxId: string;
	network: DevboxNetworkResponse;
	change: ReturnType<typeof useChangeNetwork>;
};

/** From what was seen to a list: of this devbox, or a policy with a name. */
export function ProposeButton({ devboxId, network, change }: ProposeButtonProps) {
	const client = useQueryClient();
	const { isAdmin } = useViewer();
	const [step, setStep] = useState<"closed" | "review" | string[]>("closed");
	const { mode, egress_domains: listed, setup, is_locked: isLocked, policy } = network;
	// Beside a named policy there is no list of one's own to add to: what it lists comes along.
	const withListed = (entries: string[]) => [...new Set([...listed, ...entries])];
	const save = (entries: string[]) => {
		const egress_domains = withListed(entries);
		const phase = setup && mode !== "observe" && policy === null ? { setup } : {};
		change.mutate({ mode: "enforce", egress_domains, ...phase }, { onSuccess: () => setStep("closed") });
	};
	return (
		<>
			<Button
				onClick={() => {
					client.removeQueries({ queryKey: networkKeys.proposal(devboxId) });
					setStep("review");
				}}
			>
				<ListChecks aria-hidden />
				Propose a list…
			</Button>
			{step === "review" && (
				<ProposalDialog
					devboxId={devboxId}
					onSave={isLocked ? null : save}
					onNewPolicy={isAdmin ? (entries) => setStep(withListed(entries)) : null}
					isBusy={change.isPending}
					error={change.error}
					onClose={() => setStep("closed")}
				/>
			)}
			{Array.isArray(step) && <PolicyDialog policy={null} domains={step} onClose={() => setStep("closed")} />}
		</>
	);
}
