"use client";
import { useQuery } from "@tanstack/react-query";
import { Section } from "../layout/section";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { PersonalForm } from "./personal-form";
import { profileQueries } from "./profile-queries.ts";
import { SettingsFrame } from "./settings-frame";

export function PersonalPage() {
	const { data: settings, error, refetch } = useQuery(profileQueries.settings());
	return (
		<SettingsFrame>
			<Section
				title="Personal"
				text="What you bring along to each devbox that you make from now on. What does not work there is a warning in its timeline, and never fails it."
			>
				{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
				{!error && !settings && <Skeleton className="h-96 w-full rounded-lg" />}
				{settings && <PersonalForm settings={settings} />}
			</Section>
		</SettingsFrame>
	);
}
