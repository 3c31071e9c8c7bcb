"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { networkPolicyRequest } from "@/lib/contract/network-policy.ts";
import { defaultsQueries } from "../defaults/defaults-queries.ts";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Field } from "../ui/field";
import { askOf, type DevboxNetworkResponse } from "./network-words.ts";
import { policyDraftOf, policyRequestOf } from "./policy-draft.ts";
import { PolicyFields } from "./policy-fields";
import type { useChangeNetwork } from "./use-change-network.ts";

type PolicyFormProps = { network: DevboxNetworkResponse; change: ReturnType<typeof useChangeNetwork> };

/** The devbox's own policy; what is wrong with a name is said before it is sent. */
export function PolicyForm({ network, change }: PolicyFormProps) {
	const ask = askOf(network);
	const [draft, setDraft] = useState(() => policyDraftOf(ask));
	const parsed = networkPolicyRequest.safeParse(policyRequestOf(draft));
	const problem = parsed.error?.issues[0]?.message ?? null;
	const isSame = JSON.stringify(parsed.data) === JSON.stringify(ask);
	return (
		<form
			className="flex flex-col gap-3"
			onSubmit={(event) => {
				event.preventDefault();
				if (parsed.data) change.mutate(parsed.data);
			}}
		>
			<Field id="network-policy-choice" label="Policy">
				<PolicyFields
					id="network-policy-choice"
					draft={draft}
					onChange={setDraft}
					disabled={network.is_locked}
					error={draft.names.trim() === "" ? null : problem}
				/>
			</Field>
			{change.error && <ErrorNote error={change.error} />}
			{network.is_locked ? (
				<FollowDefault network={network} change={change} />
			) : (
				<Button
					type="submit"
					look="primary"
					className="self-start"
					isBusy={change.isPending}
					disabled={problem !== null || isSame}
				>
					Change policy
				</Button>
			)}
		</form>
	);
}

/** The one change that a lock leaves: a devbox from before it is brought to the workspace's default. */
function FollowDefault({ network, change }: PolicyFormProps) {
	const { data: defaults } = useQuery(defaultsQueries.own());
	const wanted = defaults?.network_policy.value;
	if (!wanted || JSON.stringify(policyDraftOf(wanted)) === JSON.stringify(policyDraftOf(askOf(network)))) return null;
	return (
		<Button className="self-start" isBusy={change.isPending} onClick={() => change.mutate(wanted)}>
			Follow the workspace's policy
		</Button>
	);
}
