"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { networkPolicyRequest } from "@/lib/contract/network-policy.ts";
import type { PolicyAsk } from "@/lib/domain/egress-policy.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error-note";
import { Field, Input } from "../../ui/field";
import { type NamedPolicyResponse, namedModes } from "../network-words.ts";
import { policyDraftOf, policyRequestOf } from "../policy-draft.ts";
import { PolicyFields } from "../policy-fields";
import { policyKeys } from "./policy-queries.ts";
import { PolicyUses } from "./policy-uses";

type PolicyDialogProps = {
	/** Null: a new one. */
	policy: NamedPolicyResponse | null;
	/** What a new one begins with. */
	domains?: readonly string[];
	onClose: () => void;
};

export function PolicyDialog({ policy, domains: given = [], onClose }: PolicyDialogProps) {
	const client = useQueryClient();
	const [name, setName] = useState(policy?.name ?? "");
	const [draft, setDraft] = useState(() => policyDraftOf(policy ? ownAsk(policy) : newAsk(given)));
	const [isTried, setTried] = useState(false);
	const parsed = networkPolicyRequest.safeParse(policyRequestOf(draft));
	const listProblem = parsed.error?.issues[0]?.message ?? null;
	const save = useMutation({
		mutationFn: () => {
			const { mode, egress_domains = [], setup = null } = policyRequestOf(draft);
			const said = { mode: namedModes.find((one) => one === mode) ?? "enforce", egress_domains, setup };
			return policy
				? api.changeNetworkPolicy({ id: policy.id, ...said })
				: api.createNetworkPolicy({ name: name.trim(), ...said });
		},
		onSuccess: async () => {
			onClose();
			await client.invalidateQueries({ queryKey: policyKeys.all });
		},
	});
	const nameProblem = isDevboxError(save.error)
		? (save.error.fields.find(({ loc }) => loc.at(-1) === "name")?.msg ??
			(save.error.code === "name_taken" ? save.error.detail : null))
		: null;
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent title={policy ? `Change ${policy.name}` : "New policy"}>
				<form
					className="contents"
					noValidate
					onSubmit={(event) => {
						event.preventDefault();
						setTried(true);
						if (!listProblem) save.mutate();
					}}
				>
					<DialogBody className="flex flex-col gap-4">
						{!policy && (
							<Field id="policy-name" label="Name" hint="As builds. It cannot be changed later." error={nameProblem}>
								<Input
									id="policy-name"
									autoComplete="off"
									value={name}
									onChange={(event) => setName(event.target.value)}
									aria-describedby="policy-name-note"
									aria-invalid={nameProblem ? true : undefined}
								/>
							</Field>
						)}
						<Field id="policy-mode" label="Mode">
							<PolicyFields
								id="policy-mode"
								modes={namedModes}
								draft={draft}
								onChange={setDraft}
								error={isTried || draft.names.trim() !== "" ? listProblem : null}
							/>
						</Field>
						{policy && policy.devbox_count > 0 && <Affected id={policy.id} />}
						{save.error && !nameProblem && <ErrorNote title="The policy was not saved" error={save.error} />}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Cancel</Button>
						<Button type="submit" look="primary" isBusy={save.isPending}>
							{policy ? "Save policy" : "Make policy"}
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}

const ownAsk = ({ mode, egress_domains, setup }: NamedPolicyResponse): PolicyAsk => ({
	mode,
	egress_domains,
	...(setup && { setup }),
});
const newAsk = (names: readonly string[]): PolicyAsk => ({ mode: "enforce", egress_domains: [...names] });

function Affected({ id }: { id: string }) {
	return (
		<div className="rounded-lg border border-warning/30 bg-warning-wash px-3.5 py-2.5 text-sm">
			<p className="font-medium">These devboxes follow it, and get the change within two seconds.</p>
			<p className="text-ink-soft">When a name is taken away, all their open connections are cut.</p>
			<PolicyUses id={id} className="mt-2" />
		</div>
	);
}
