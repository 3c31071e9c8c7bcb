"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { networkPolicyRequest } from "@/lib/contract/network-policy.ts";
import type { PolicyAsk } from "@/lib/domain/egress-policy.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { Button } from "../../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error-note";
import { Field, Input } from "../../ui/field";
import { type NamedPolicyResponse, namedModes } from "../network-words.ts";
import { policyRequestOf } from "../policy-draft.ts";
import { PolicyFields } from "../policy-fields";
import { usePolicyDraft } from "../use-policy-draft.ts";
import { policyQueries } from "./policy-queries.ts";
import { PolicyUses } from "./policy-uses";
import { isConflict, useSavePolicy } from "./use-save-policy.ts";

type PolicyDialogProps = {
	/** Null: a new one. */
	policy: NamedPolicyResponse | null;
	/** What a new one begins with. */
	domains?: readonly string[];
	onClose: () => void;
};

export function PolicyDialog({ policy: opened, domains: given = [], onClose }: PolicyDialogProps) {
	const policy = useLatest(opened);
	const [name, setName] = useState("");
	const { draft, setDraft, isOutdated, isTouched, load } = usePolicyDraft(policy ? ownAsk(policy) : newAsk(given));
	const [isTried, setTried] = useState(false);
	const listProblem = networkPolicyRequest.safeParse(policyRequestOf(draft)).error?.issues[0]?.message ?? null;
	const save = useSavePolicy({ policy, name, draft, onSaved: onClose });
	const nameProblem = nameProblemOf(save.error);
	const isBehind = isOutdated || isConflict(save.error);
	const submit = () => {
		setTried(true);
		if (!listProblem && !isBehind) save.mutate();
	};
	const loadLatest = () => {
		save.reset();
		load();
	};
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent title={policy ? `Change ${policy.name}` : "New policy"} holdsWork={name !== "" || isTouched}>
				<form
					className="contents"
					noValidate
					onSubmit={(event) => {
						event.preventDefault();
						submit();
					}}
				>
					<DialogBody className="flex flex-col gap-4">
						{!policy && <NameField value={name} onChange={setName} error={nameProblem} />}
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
						{!nameProblem && <Problem error={save.error} isOutdated={isOutdated} />}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Cancel</Button>
						{/* Two buttons by their keys: one that became the submit button in its own click would submit. */}
						{isBehind ? (
							<Button key="load" onClick={loadLatest}>
								Load what holds now
							</Button>
						) : (
							<Button key="save" type="submit" look="primary" isBusy={save.isPending}>
								{policy ? "Save policy" : "Make policy"}
							</Button>
						)}
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}

/** The policy as the list has it by now, where it still has it. */
function useLatest(opened: NamedPolicyResponse | null): NamedPolicyResponse | null {
	const { data } = useQuery({ ...policyQueries.list(), enabled: opened !== null });
	return data?.find(({ id }) => id === opened?.id) ?? opened;
}

const ownAsk = ({ mode, egress_domains, setup }: NamedPolicyResponse): PolicyAsk => ({
	mode,
	egress_domains,
	...(setup && { setup }),
});
const newAsk = (names: readonly string[]): PolicyAsk => ({ mode: "enforce", egress_domains: [...names] });

function nameProblemOf(error: unknown): string | null {
	if (!isDevboxError(error)) return null;
	const atName = error.fields.find(({ loc }) => loc.at(-1) === "name");
	return atName?.msg ?? (error.code === "name_taken" ? error.detail : null);
}

type NameFieldProps = { value: string; onChange: (name: string) => void; error: string | null };

function NameField({ value, onChange, error }: NameFieldProps) {
	return (
		<Field id="policy-name" label="Name" hint="As builds. It cannot be changed later." error={error}>
			<Input
				id="policy-name"
				autoComplete="off"
				value={value}
				onChange={(event) => onChange(event.target.value)}
				aria-describedby="policy-name-note"
				aria-invalid={error ? true : undefined}
			/>
		</Field>
	);
}

function Problem({ error, isOutdated }: { error: unknown; isOutdated: boolean }) {
	if (error) {
		const title = isConflict(error) ? "Somebody else changed the policy meanwhile" : "The policy was not saved";
		return <ErrorNote title={title} error={error} />;
	}
	if (!isOutdated) return null;
	return (
		<p role="alert" className="rounded-lg border border-warning/30 bg-warning-wash px-3.5 py-2.5 text-sm">
			Somebody else changed the policy meanwhile. Load it again and make the change anew.
		</p>
	);
}

function Affected({ id }: { id: string }) {
	return (
		<div className="rounded-lg border border-warning/30 bg-warning-wash px-3.5 py-2.5 text-sm">
			<p className="font-medium">These devboxes follow it, and get the change within two seconds.</p>
			<p className="text-ink-soft">When a name is taken away, all their open connections are cut.</p>
			<PolicyUses id={id} className="mt-2" />
		</div>
	);
}
