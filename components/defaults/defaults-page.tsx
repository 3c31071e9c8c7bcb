"use client";
import { useQuery } from "@tanstack/react-query";
import { Section } from "../layout/section";
import { SettingsFrame } from "../settings/settings-frame";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { DefaultsForm } from "./defaults-form";
import { defaultsQueries } from "./defaults-queries.ts";

export function DefaultsPage() {
	return (
		<SettingsFrame width="wide">
			<Section
				title="Defaults"
				text="What a new devbox gets where its maker says nothing. A locked value is what every new devbox gets: one that asks for another is refused. Devboxes that are there stay as they are."
			>
				<Defaults />
			</Section>
		</SettingsFrame>
	);
}

function Defaults() {
	const { data: defaults, error, refetch } = useQuery(defaultsQueries.own());
	if (error && !defaults)
		return <ErrorNote title="The defaults could not be read" error={error} onRetry={() => void refetch()} />;
	if (!defaults) return <Skeleton className="h-[44rem] w-full rounded-lg" />;
	return <DefaultsForm defaults={defaults} />;
}
