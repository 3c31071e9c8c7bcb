"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { InternalServiceRequest } from "@/lib/contract/internal-services.ts";
import { serviceNameLengthMax } from "@/lib/domain/internal-service.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error-note";
import { Field, Input } from "../../ui/field";
import { emptyService, parseService, type ServiceDraft, type ServiceProblems } from "./service-draft.ts";
import { serviceKeys } from "./service-queries.ts";

type Row = { field: keyof ServiceDraft; label: string; hint: string; placeholder: string; isCode?: boolean };

export function ServiceDialog({ ranges, onClose }: { ranges: readonly string[]; onClose: () => void }) {
	const client = useQueryClient();
	const [draft, setDraft] = useState(emptyService);
	const [problems, setProblems] = useState<ServiceProblems>({});
	const create = useMutation({
		mutationFn: (request: InternalServiceRequest) => api.createInternalService(request),
		onSuccess: async () => {
			onClose();
			await client.invalidateQueries({ queryKey: serviceKeys.list() });
		},
		onError: (failure) => setProblems(serverProblems(failure)),
	});
	const rows: Row[] = [
		{ field: "name", label: "Name", hint: "For people: what it is.", placeholder: "database" },
		{
			...{ field: "address", label: "Address", placeholder: "10.20.0.5", isCode: true },
			hint: `One IPv4 address. Opened by the operator: ${ranges.join(", ")}`,
		},
		{ field: "ports", label: "TCP ports", hint: "With commas between.", placeholder: "443, 5432", isCode: true },
	];
	const submit = (event: FormEvent) => {
		event.preventDefault();
		const parsed = parseService(draft, ranges);
		setProblems("problems" in parsed ? parsed.problems : {});
		if ("request" in parsed) create.mutate(parsed.request);
	};
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title="Add an internal service"
				description="Devboxes reach it by a name on their list that leads to this address, within two seconds."
				width="sm:max-w-md"
			>
				<form noValidate className="contents" onSubmit={submit}>
					<DialogBody className="flex flex-col gap-4">
						{rows.map(({ field, label, hint, placeholder, isCode }) => (
							<Field
								key={field}
								id={`service-${field}`}
								label={label}
								hint={<span className="break-words">{hint}</span>}
								error={problems[field] ?? null}
							>
								<Input
									id={`service-${field}`}
									autoComplete="off"
									spellCheck={false}
									placeholder={placeholder}
									maxLength={field === "name" ? serviceNameLengthMax : undefined}
									value={draft[field]}
									aria-describedby={`service-${field}-note`}
									aria-invalid={problems[field] ? true : undefined}
									className={isCode ? "font-mono text-sm" : undefined}
									onChange={(event) => {
										setDraft({ ...draft, [field]: event.target.value });
										setProblems({ ...problems, [field]: undefined });
									}}
								/>
							</Field>
						))}
						{create.error && Object.keys(serverProblems(create.error)).length === 0 && (
							<ErrorNote title="The service was not added" error={create.error} />
						)}
					</DialogBody>
					<DialogFooter>
						<Button onClick={onClose}>Cancel</Button>
						<Button type="submit" look="primary" isBusy={create.isPending}>
							Add service
						</Button>
					</DialogFooter>
				</form>
			</DialogContent>
		</Dialog>
	);
}

/** Of the fields at fault, as far as the server names them. */
function serverProblems(failure: unknown): ServiceProblems {
	if (!isDevboxError(failure)) return {};
	const name = failure.fieldMessage("name") ?? (failure.code === "name_taken" ? failure.detail : null);
	const address = failure.fieldMessage("address");
	const ports = failure.fieldMessage("ports");
	return { ...(name && { name }), ...(address && { address }), ...(ports && { ports }) };
}
