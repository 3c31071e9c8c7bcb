"use client";
import { useQuery } from "@tanstack/react-query";
import { Section } from "../layout/section";
import { SettingsFrame } from "../settings/settings-frame";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { ConnectGithub } from "./connect-github";
import { ConnectedAccount } from "./connected-account";
import { ConnectionResult } from "./connection-result";
import { githubQueries } from "./github-queries.ts";
import { GithubSetupGuide } from "./github-setup-guide";
import { OrganizationGrants } from "./organization-grants";
import { RepositoryPreview } from "./repository-preview";

export function GithubPage() {
	const setup = useQuery(githubQueries.setup());
	const connection = useQuery(githubQueries.connection());
	const error = setup.error ?? connection.error;
	const account = connection.data;
	const retry = () => Promise.all([setup.refetch(), connection.refetch()]);
	return (
		<SettingsFrame>
			<Section
				title="GitHub"
				text="Your private repositories in your devboxes. The token stays on this server: it never enters a devbox."
			>
				<div className="flex flex-col gap-3">
					<ConnectionResult />
					{error && <ErrorNote error={error} onRetry={() => void retry()} />}
					{!error && (!setup.data || account === undefined) && <Skeleton className="h-[74px] w-full rounded-lg" />}
					{setup.data && account && <ConnectedAccount account={account} setup={setup.data} />}
					{setup.data?.is_configured && account === null && <ConnectGithub setup={setup.data} />}
					{setup.data && !setup.data.is_configured && <GithubSetupGuide setup={setup.data} />}
				</div>
			</Section>
			{account?.status === "connected" && (
				<>
					<Section
						title="Organisations"
						text="Only repositories of your own account and of the organisations that you switch on can be listed and cloned."
					>
						<OrganizationGrants />
					</Section>
					<Section title="Repositories" text="What your devboxes can have.">
						<RepositoryPreview />
					</Section>
				</>
			)}
		</SettingsFrame>
	);
}
