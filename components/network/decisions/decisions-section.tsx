"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { parseDomain } from "@/lib/domain/egress-policy.ts";
import { api } from "../../api-client.ts";
import { Section } from "../../layout/section";
import { useSearchParamsState } from "../../layout/use-search-params-state.ts";
import { Button } from "../../ui/button";
import { ErrorNote, errorText } from "../../ui/error-note";
import { Input, Select } from "../../ui/field";
import { Skeleton } from "../../ui/skeleton";
import { showToast } from "../../ui/toast-store.ts";
import { DecisionTable } from "../decision-table";
import { networkQueries } from "../network-queries.ts";
import { verdictWords, type WorkspaceDecision } from "../network-words.ts";
import { policyKeys } from "../policies/policy-queries.ts";

const textFilters = [
	{ name: "devbox", label: "Devbox" },
	{ name: "name", label: "Name" },
	{ name: "rule", label: "Rule" },
] as const;
const verdicts = ["allowed", "observed", "blocked"] as const;

/** What filters decided in the whole workspace, live; the filters stand in the address. */
export function DecisionsSection() {
	const [params, changeParams] = useSearchParamsState();
	const verdict = verdicts.find((one) => one === params.get("verdict"));
	const texts = textFilters.flatMap(({ name }) => {
		const value = params.get(name)?.trim().slice(0, 260);
		return value ? [[name, value] as const] : [];
	});
	const filters = { ...Object.fromEntries(texts), ...(verdict && { verdict }) };
	const { data: decisions, error, refetch } = useQuery(networkQueries.decisions(filters));
	const set = (name: string, value: string) =>
		changeParams((next) => (value ? next.set(name, value) : next.delete(name)), "replace");
	return (
		<Section
			title="Decisions"
			text="What devboxes with a policy asked for, and what became of it: the latest 200 kinds."
		>
			<div className="mb-3 flex flex-wrap gap-2">
				{textFilters.map(({ name, label }) => (
					<Input
						key={name}
						aria-label={`Filter by ${label.toLowerCase()}`}
						placeholder={label}
						className="max-w-40"
						defaultValue={params.get(name) ?? ""}
						onChange={(event) => set(name, event.target.value)}
					/>
				))}
				<Select aria-label="Verdict" value={verdict ?? ""} onChange={(event) => set("verdict", event.target.value)}>
					<option value="">All verdicts</option>
					{verdicts.map((one) => (
						<option key={one} value={one}>
							{verdictWords[one]}
						</option>
					))}
				</Select>
			</div>
			{error && !decisions && (
				<ErrorNote title="The decisions could not be read" error={error} onRetry={() => void refetch()} />
			)}
			{!error && !decisions && <Skeleton className="h-48 w-full rounded-lg" />}
			{decisions?.length === 0 && Object.keys(filters).length === 0 && (
				<p className="rounded-lg border border-dashed px-4 py-8 text-center text-ink-soft text-sm">
					Nothing yet. What a devbox with a network policy asks for appears here within two seconds.
				</p>
			)}
			{decisions && (decisions.length > 0 || Object.keys(filters).length > 0) && (
				<DecisionTable
					decisions={decisions}
					lead={{ title: "Devbox", cell: (one) => <DevboxCell decision={one} />, key: ({ devbox }) => devbox.id }}
					actions={(one) => <AddToPolicy decision={one} />}
				/>
			)}
		</Section>
	);
}

function DevboxCell({ decision: { devbox, policy } }: { decision: WorkspaceDecision }) {
	return (
		<div className="min-w-28">
			<p className="font-medium">{devbox.name}</p>
			<p className="text-ink-faint text-xs">
				{devbox.owner}
				{policy && `, ${policy.name}`}
			</p>
		</div>
	);
}

/** For a name that the policy that the devbox follows does not list. */
function AddToPolicy({ decision: { name, verdict, why, policy } }: { decision: WorkspaceDecision }) {
	const client = useQueryClient();
	const add = useMutation({
		mutationFn: (id: string) => api.changeNetworkPolicy({ id, add_domains: [name] }),
		onSuccess: async () => {
			showToast({ text: `${name} is in the policy ${policy?.name} now.` });
			await client.invalidateQueries({ queryKey: policyKeys.all });
		},
		onError: (error) => showToast({ text: errorText(error), tone: "bad" }),
	});
	if (!policy || verdict === "allowed" || why !== "not_listed" || !("domain" in parseDomain(name))) return null;
	return (
		<Button
			size="sm"
			isBusy={add.isPending}
			aria-label={`Add ${name} to ${policy.name}`}
			onClick={() => add.mutate(policy.id)}
		>
			Add to policy
		</Button>
	);
}
