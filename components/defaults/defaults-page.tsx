"use client";
import { useQuery } from "@tanstack/react-query";
import { PageColumn, PageHeader } from "../layout/page-header";
import { SettingsNavigation } from "../settings/settings-navigation";
import { Section } from "../settings/settings-page";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { DefaultsForm } from "./defaults-form";
import { defaultsQueries } from "./defaults-queries.ts";

export function DefaultsPage() {
	return (
		<PageColumn>
			<PageHeader title="Settings" />
			<SettingsNavigation />
			<div className="max-w-3xl pb-16">
				<Section
					title="Defaults"
					text="What a new devbox gets where its maker says nothing. A locked value is what every new devbox gets: one that asks for another is refused. Devboxes that are there stay as they are."
				>
					<Defaults />
				</Section>
			</div>
		</PageColumn>
	);
}

function Defaults() {
	const { data: defaults, error, refetch } = useQuery(defaultsQueries.own());
	if (error && !defaults)
		return <ErrorNote title="The defaults could not be read" error={error} onRetry={() => void refetch()} />;
	if (!defaults) return <Skeleton className="h-[44rem] w-full rounded-lg" />;
	return <DefaultsForm defaults={defaults} />;
}
