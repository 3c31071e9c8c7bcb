"use client";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useForm } from "react-hook-form";
import { updateWorkspaceRequest, type WorkspaceResponse } from "@/lib/contract/workspace.ts";
import { isolationDays, overdueDays } from "@/lib/domain/isolation-standing.ts";
import { api } from "../../api-client.ts";
import { workspaceKeys, workspaceQueries } from "../../settings/workspace-queries.ts";
import { Button } from "../../ui/button";
import { Checkbox } from "../../ui/checkbox";
import { ErrorNote } from "../../ui/error-note";
import { Field, Input } from "../../ui/field";
import { Skeleton } from "../../ui/skeleton";
import { showToast } from "../../ui/toast-store.ts";
import { isolationKeys } from "./isolation-queries.ts";

/** Days between two audits, or none by time. */
export function IsolationInterval() {
	const { data: workspace, error, refetch } = useQuery(workspaceQueries.own());
	if (error && !workspace)
		return <ErrorNote title="The interval could not be read" error={error} onRetry={() => void refetch()} />;
	if (!workspace) return <Skeleton className="h-24 w-full rounded-lg" />;
	return <IntervalForm key={workspace.isolation_every_days} workspace={workspace} />;
}

const schema = updateWorkspaceRequest.pick({ isolation_every_days: true });

function IntervalForm({ workspace: { isolation_every_days: days } }: { workspace: WorkspaceResponse }) {
	const client = useQueryClient();
	const [isByTime, setByTime] = useState(days !== null);
	const form = useForm({
		resolver: zodResolver(schema),
		defaultValues: { isolation_every_days: days ?? isolationDays.default },
	});
	const save = useMutation({
		mutationFn: (every: number | null) => api.updateWorkspace({ isolation_every_days: every }),
		onSuccess: async (changed) => {
			client.setQueryData(workspaceKeys.own(), changed);
			// The answer may be older than what an event has had read meanwhile.
			const stale = [workspaceKeys.own(), isolationKeys.all];
			await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
			showToast({ text: changed.isolation_every_days === null ? "No audit comes by time any more" : "Interval saved" });
		},
	});
	const error = form.formState.errors.isolation_every_days?.message;
	const hasChanges = isByTime !== (days !== null) || (isByTime && form.formState.isDirty);
	const submit = isByTime
		? form.handleSubmit((values) => save.mutate(values.isolation_every_days ?? null))
		: (event: FormEvent) => {
				event.preventDefault();
				save.mutate(null);
			};
	return (
		<form noValidate onSubmit={submit} className="flex flex-col gap-3 rounded-lg border bg-surface px-4 py-3 text-sm">
			<label htmlFor="isolation-by-time" className="flex items-center gap-2">
				<Checkbox id="isolation-by-time" checked={isByTime} onChange={(event) => setByTime(event.target.checked)} />
				Audit every host by time
			</label>
			{isByTime ? (
				<Field
					id="isolation-days"
					label="Days between two audits"
					error={error}
					hint={`${isolationDays.default} is quarterly. Counted from the last result of each host; a new host's first one comes after a day. One that is ${overdueDays} days late is told on every page of an admin.`}
				>
					<Input
						id="isolation-days"
						type="number"
						inputMode="numeric"
						min={isolationDays.min}
						max={isolationDays.max}
						className="max-w-28"
						aria-describedby="isolation-days-note"
						aria-invalid={error ? true : undefined}
						{...form.register("isolation_every_days", { valueAsNumber: true })}
					/>
				</Field>
			) : (
				<p className="text-ink-soft text-xs">
					Nobody is told any more that an audit is long ago. Those that somebody runs are kept as before.
				</p>
			)}
			{save.error && <ErrorNote title="The interval was not changed" error={save.error} />}
			{hasChanges && (
				<div>
					<Button type="submit" look="primary" size="sm" isBusy={save.isPending}>
						Save interval
					</Button>
				</div>
			)}
		</form>
	);
}
