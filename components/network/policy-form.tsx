"use client";
import { useQuery } from "@tanstack/react-query";
import { networkPolicyRequest } from "@/lib/contract/network-policy.ts";
import { defaultsQueries } from "../defaults/defaults-queries.ts";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Field } from "../ui/field";
import { askOf, type DevboxNetworkResponse } from "./network-words.ts";
import { policyDraftOf, policyRequestOf } from "./policy-draft.ts";
import { PolicyFields } from "./policy-fields";
import type { useChangeNetwork } from "./use-change-network.ts";
import { usePolicyDraft } from "./use-policy-draft.ts";

type PolicyFormProps = { network: DevboxNetworkResponse; change: ReturnType<typeof useChangeNetwork> };

/** The devbox's own policy; what is wrong with a name is said before it is sent. */
export function PolicyForm({ network, change }: PolicyFormProps) {
	const ask = askOf(network);
	const held = usePolicyDraft(ask);
	const draft = network.is_locked ? policyDraftOf(ask) : held.draft;
	const parsed = networkPolicyRequest.safeParse(policyRequestOf(draft));
	const problem = parsed.error?.issues[0]?.message ?? null;
	const isOutdated = held.isOutdated && !network.is_locked;
	const isSame = JSON.stringify(parsed.data) === JSON.stringify(ask);
	return (
		<form
			className="flex flex-col gap-3"
			onSubmit={(event) => {
				event.preventDefault();
				if (parsed.data && !isOutdated) change.mutate(parsed.data);
			}}
		>
			<Field id="network-policy-choice" label="Policy">
				<PolicyFields
					id="network-policy-choice"
					draft={draft}
					onChange={held.setDraft}
					disabled={network.is_locked}
					error={draft.names.trim() === "" ? null : problem}
				/>
			</Field>
			{isOutdated && <ChangedElsewhere onLoad={() => held.load()} />}
			{change.error && <ErrorNote error={change.error} />}
			{network.is_locked ? (
				<FollowDefault network={network} change={change} />
			) : (
				<Button
					type="submit"
					look="primary"
					className="self-start"
					isBusy={change.isPending}
					disabled={problem !== null || isSame || isOutdated}
				>
					Change policy
				</Button>
			)}
		</form>
	);
}

function ChangedElsewhere({ onLoad }: { onLoad: () => void }) {
	return (
		<div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm">
			<p>This policy was changed meanwhile. Load it again and make the change anew.</p>
			<Button size="sm" onClick={onLoad}>
				Load what holds now
			</Button>
		</div>
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
