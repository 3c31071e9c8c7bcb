"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { InternalServiceResponse } from "@/lib/contract/internal-services.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error-note";
import { serviceKeys } from "./service-queries.ts";

type RemoveServiceDialogProps = { service: InternalServiceResponse; onClose: () => void };

export function RemoveServiceDialog({ service, onClose }: RemoveServiceDialogProps) {
	const client = useQueryClient();
	const remove = useMutation({
		mutationFn: () => api.deleteInternalService({ id: service.id }),
		onSuccess: async () => {
			onClose();
			await client.invalidateQueries({ queryKey: serviceKeys.list() });
		},
	});
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={`Remove ${service.name}?`}
				description={`No name leads to ${service.address} any more, within two seconds.`}
				width="sm:max-w-md"
			>
				<DialogBody className="flex flex-col gap-3">
					<p className="rounded-lg border border-warning/30 bg-warning-wash px-3.5 py-2.5 text-sm">
						All open connections of the workspace's devboxes that are observed or have a list are cut, also those to
						other places.
					</p>
					{remove.error && <ErrorNote title="It was not removed" error={remove.error} />}
				</DialogBody>
				<DialogFooter>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="danger" isBusy={remove.isPending} onClick={() => remove.mutate()}>
						Remove service
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}
