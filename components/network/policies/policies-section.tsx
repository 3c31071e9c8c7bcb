"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Section } from "../../layout/section";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import type { NamedPolicyResponse } from "../network-words.ts";
import { NetworkDefault } from "./network-default";
import { PolicyList } from "./policy-list";
import { policyQueries } from "./policy-queries.ts";

const PolicyDialog = dynamic(() => import("./policy-dialog").then((module) => module.PolicyDialog), { ssr: false });
const DeletePolicyDialog = dynamic(() => import("./delete-policy-dialog").then((module) => module.DeletePolicyDialog), {
	ssr: false,
});

/** What a dialog is about; `policy` null: one that is still to be made. */
type Asked = { kind: "edit"; policy: NamedPolicyResponse | null } | { kind: "delete"; policy: NamedPolicyResponse };

export function PoliciesSection() {
	const { data: policies, error, refetch } = useQuery(policyQueries.list());
	const [asked, setAsked] = useState<Asked | null>(null);
	const close = () => setAsked(null);
	return (
		<div className="flex max-w-3xl flex-col gap-8">
			<Section
				title="Default"
				text="What a new devbox gets that asks for no network policy. Devboxes that are there stay as they are."
			>
				<NetworkDefault />
			</Section>
			<Section
				title="Named policies"
				text="Lists of names that several devboxes follow: a change of one is a change for all of them, within two seconds."
			>
				{error && !policies && (
					<ErrorNote title="The policies could not be read" error={error} onRetry={() => void refetch()} />
				)}
				{!error && !policies && <Skeleton className="h-32 w-full rounded-lg" />}
				{policies?.length === 0 && (
					<p className="rounded-lg border border-dashed px-4 py-8 text-center text-ink-soft text-sm">
						None yet. Make one for what your builds and agents need, and choose it when a devbox is created.
					</p>
				)}
				{policies && policies.length > 0 && (
					<PolicyList
						policies={policies}
						onEdit={(policy) => setAsked({ kind: "edit", policy })}
						onDelete={(policy) => setAsked({ kind: "delete", policy })}
					/>
				)}
				<Button className="mt-3" onClick={() => setAsked({ kind: "edit", policy: null })}>
					<Plus aria-hidden />
					New policy
				</Button>
			</Section>
			{asked?.kind === "edit" && <PolicyDialog policy={asked.policy} onClose={close} />}
			{asked?.kind === "delete" && <DeletePolicyDialog policy={asked.policy} onClose={close} />}
		</div>
	);
}
