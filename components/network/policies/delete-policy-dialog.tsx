"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error-note";
import type { NamedPolicyResponse } from "../network-words.ts";
import { policyKeys } from "./policy-queries.ts";
import { PolicyUses } from "./policy-uses";

export function DeletePolicyDialog({ policy, onClose }: { policy: NamedPolicyResponse; onClose: () => void }) {
	const client = useQueryClient();
	const remove = useMutation({
		mutationFn: () => api.deleteNetworkPolicy({ id: policy.id }),
		onSuccess: async () => {
			onClose();
			await client.invalidateQueries({ queryKey: policyKeys.all });
		},
	});
	const isUsed = policy.devbox_count > 0;
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={`Delete ${policy.name}?`}
				description={
					isUsed
						? "Devboxes follow it. Give them another policy first, or destroy them."
						: "Nobody can choose it any more. This cannot be undone."
				}
				width="sm:max-w-md"
			>
				<DialogBody className="flex flex-col gap-3">
					<PolicyUses id={policy.id} />
					{remove.error && <ErrorNote title="It was not deleted" error={remove.error} />}
				</DialogBody>
				<DialogFooter>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="danger" isBusy={remove.isPending} disabled={isUsed} onClick={() => remove.mutate()}>
						Delete policy
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}
