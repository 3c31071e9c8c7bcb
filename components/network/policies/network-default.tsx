"use client";
import { useQuery } from "@tanstack/react-query";
import type { WorkspaceDefaultsResponse } from "@/lib/contract/workspace-defaults.ts";
import { defaultsQueries } from "../../defaults/defaults-queries.ts";
import { NetworkRow } from "../../defaults/network-row";
import { SaveBar } from "../../defaults/save-bar";
import { useDefaultsForm } from "../../defaults/use-defaults-form.ts";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";

/** The same default as under Settings, Defaults. */
export function NetworkDefault() {
	const { data: defaults, error, refetch } = useQuery(defaultsQueries.own());
	if (error && !defaults)
		return <ErrorNote title="The default could not be read" error={error} onRetry={() => void refetch()} />;
	if (!defaults) return <Skeleton className="h-24 w-full rounded-lg" />;
	return <LoadedDefault defaults={defaults} />;
}

function LoadedDefault({ defaults }: { defaults: WorkspaceDefaultsResponse }) {
	const state = useDefaultsForm(defaults);
	return (
		<form
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				state.save();
			}}
		>
			<div className="rounded-lg border bg-surface">
				<NetworkRow state={state} />
			</div>
			<SaveBar state={state} />
		</form>
	);
}
