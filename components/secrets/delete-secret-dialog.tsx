"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SecretResponse } from "@/lib/contract/secrets.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { secretKeys, secretQueries } from "./secret-queries.ts";

export function DeleteSecretDialog({ secret, onClose }: { secret: SecretResponse; onClose: () => void }) {
	const client = useQueryClient();
	const { data: uses, error } = useQuery(secretQueries.uses(secret.id));
	const remove = useMutation({
		mutationFn: () => api.deleteSecret({ id: secret.id }),
		onSuccess: async () => {
			onClose();
			await client.invalidateQueries({ queryKey: secretKeys.all });
		},
	});
	const live = uses?.filter((use) => use.devbox_state !== "destroyed");
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={`Delete ${secret.name}?`}
				description="Its value and all its versions are gone for good. This cannot be undone."
				width="sm:max-w-md"
			>
				<DialogBody className="flex flex-col gap-3 text-sm">
					{error && <ErrorNote error={error} />}
					{!error && !live && <Skeleton className="h-8 w-full" />}
					{live?.length === 0 && <p className="text-ink-soft">No devbox uses it.</p>}
					{live && live.length > 0 && (
						<>
							<p className="text-ink-soft">These devboxes lose it at their next start or refresh:</p>
							<ul className="list-disc pl-5">
								{live.map((use) => (
									<li key={`${use.devbox_id} ${use.env_name}`}>
										{use.devbox_name} <span className="font-mono text-ink-faint text-xs">{use.env_name}</span>
									</li>
								))}
							</ul>
						</>
					)}
					{remove.error && <ErrorNote title="It was not deleted" error={remove.error} />}
				</DialogBody>
				<DialogFooter>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="danger" isBusy={remove.isPending} onClick={() => remove.mutate()}>
						Delete secret
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}
